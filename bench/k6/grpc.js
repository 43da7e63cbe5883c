// 50 virtual users look at availability and 50 buy, over gRPC: k6 run bench/k6/grpc.js
//
// The settings of the server are those in rest.js; the sale is opened over REST. Variables:
// REST_URL, GRPC_TARGET, DURATION (30s), VIRTUAL_USERS (50), MAX_AGE (0: exact).

import grpc from "k6/net/grpc";
import { check, sleep } from "k6";
import { Trend } from "k6/metrics";
import { newKey, openSale, scenarios } from "./stage.js";

const TARGET = __ENV.GRPC_TARGET || "127.0.0.1:50051";
const PACKAGE = "holdfast.v1";
const bought = new Trend("purchase_duration", true);
const client = new grpc.Client();
client.load(
  ["../../grpc_app/proto"],
  "holdfast/v1/event.proto",
  "holdfast/v1/hold.proto",
  "holdfast/v1/order.proto",
  "holdfast/v1/ticket.proto",
);
let connected = false;

export const options = {
  scenarios,
  thresholds: { checks: ["rate>0.999"] },
};

export const setup = openSale;

function caller(token) {
  if (!connected) {
    client.connect(TARGET, { plaintext: true });
    connected = true;
  }
  const metadata = { authorization: `Bearer ${token}` };
  return (method, request) =>
    client.invoke(`${PACKAGE}.${method}`, request, { metadata, tags: { name: method } });
}

const isOk = (answer) => answer && answer.status === grpc.StatusOK;

export function availability(sale) {
  const call = caller(sale.guests[__VU % sale.guests.length]);
  const request = { event_id: sale.event, max_age: Number(__ENV.MAX_AGE || 0) };
  check(call("EventService/GetAvailability", request), { "availability is told": isOk });
}

export function purchase(sale) {
  const call = caller(sale.guests[__VU % sale.guests.length]);
  const started = Date.now();
  const hold = call("HoldService/CreateHold", {
    event_id: sale.event,
    lines: [{ ticket_type_id: sale.type, quantity: 1 }],
    request_id: newKey(),
  });
  if (!check(hold, { "held": isOk })) return;
  const order = call("OrderService/CreateOrder", {
    hold_id: hold.message.id,
    buyer: { name: "Ada", email: "ada@k6.example" },
    request_id: newKey(),
  });
  if (!check(order, { "ordered": isOk })) return;
  const order_id = order.message.id;
  const request_id = newKey();
  const payment = call("OrderService/PayOrder", { order_id, method: "succeed", request_id });
  if (!check(payment, { "paid": isOk })) return;
  let state = "";
  for (let tries = 0; tries < 100 && state !== "CONFIRMED"; tries += 1) {
    if (tries > 0) sleep(0.1);
    state = call("OrderService/GetOrder", { order_id }).message.state;
  }
  check(state, { "confirmed": (each) => each === "CONFIRMED" });
  const tickets = call("TicketService/ListTickets", { order_id });
  check(tickets, { "one ticket": (each) => isOk(each) && each.message.items.length === 1 });
  bought.add(Date.now() - started);
}
