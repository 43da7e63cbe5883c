// 50 virtual users look at availability and 50 buy, over REST: k6 run bench/k6/rest.js
//
// All come from one address, and limits count. Start the server with
//   LIMITS__WRITES_PER_ADDRESS_PER_MINUTE=0 LIMITS__WRITES_PER_ACTOR_PER_MINUTE=0
//   LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE=0 LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR=0
//   HOLDS__MAX_PER_TEN_MINUTES=100000 HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER=100000 make run
// Variables: REST_URL, DURATION (30s), VIRTUAL_USERS (50), MAX_AGE (0: exact).

import http from "k6/http";
import { check, sleep } from "k6";
import { Trend } from "k6/metrics";
import { REST, headers, newKey, openSale, scenarios } from "./stage.js";

const API = `${REST}/api/v1`;
const bought = new Trend("purchase_duration", true);

export const options = {
  scenarios,
  thresholds: { checks: ["rate>0.999"] },
};

export const setup = openSale;

export function availability(sale) {
  const token = sale.guests[__VU % sale.guests.length];
  const age = Number(__ENV.MAX_AGE || 0);
  const path = `/events/${sale.event}/availability${age ? `?max_age=${age}` : ""}`;
  const answer = http.get(`${API}${path}`, { headers: headers(token), tags: { name: "availability" } });
  check(answer, { "availability is told": (each) => each.status === 200 });
}

export function purchase(sale) {
  const token = sale.guests[__VU % sale.guests.length];
  const started = Date.now();
  const send = (name, path, body) =>
    http.post(`${API}${path}`, JSON.stringify(body), {
      headers: { ...headers(token), "Idempotency-Key": newKey() },
      tags: { name },
    });
  const line = { ticket_type_id: sale.type, quantity: 1 };
  const hold = send("hold", "/holds", { event_id: sale.event, lines: [line] });
  if (!check(hold, { "held": (each) => each.status === 201 })) return;
  const buyer = { name: "Ada", email: "ada@k6.example" };
  const order = send("order", "/orders", { hold_id: hold.json("id"), buyer });
  if (!check(order, { "ordered": (each) => each.status === 201 })) return;
  const path = `/orders/${order.json("id")}`;
  const payment = send("pay", `${path}/payments`, { method: "succeed" });
  if (!check(payment, { "paid": (each) => each.status === 201 })) return;
  const read = (name, of) =>
    http.get(`${API}${path}${of}`, { headers: headers(token), tags: { name } });
  let state = "";
  for (let tries = 0; tries < 100 && state !== "CONFIRMED"; tries += 1) {
    if (tries > 0) sleep(0.1);
    state = read("get order", "").json("state");
  }
  check(state, { "confirmed": (each) => each === "CONFIRMED" });
  const tickets = read("tickets", "/tickets");
  check(tickets, { "one ticket": (each) => each.json("items").length === 1 });
  bought.add(Date.now() - started);
}
