// Before the load: an organizer, an event on sale, and a guest for every virtual user. Over REST.

import http from "k6/http";
import { fail } from "k6";

export const REST = __ENV.REST_URL || "http://127.0.0.1:8000";
export const VIRTUAL_USERS = Number(__ENV.VIRTUAL_USERS || 50);
const API = `${REST}/api/v1`;

// 50 virtual users look and 50 buy, from one address; the first start, the second for as long.
export const scenarios = {
  availability: {
    executor: "constant-vus",
    vus: VIRTUAL_USERS,
    duration: __ENV.DURATION || "30s",
    exec: "availability",
  },
  purchase: {
    executor: "constant-vus",
    vus: VIRTUAL_USERS,
    duration: __ENV.DURATION || "30s",
    exec: "purchase",
  },
};

export function newKey() {
  const part = () => Math.random().toString(36).slice(2, 12).padEnd(10, "0");
  return `k6-${part()}${part()}`;
}

export function headers(token) {
  const found = { "Content-Type": "application/json" };
  if (token) found["Authorization"] = `Bearer ${token}`;
  return found;
}

function post(path, body, token) {
  const answer = http.post(`${API}${path}`, body === null ? null : JSON.stringify(body), {
    headers: { ...headers(token), "Idempotency-Key": newKey() },
  });
  if (answer.status >= 300) fail(`POST ${path}: ${answer.status} ${answer.body}`);
  return answer.body ? answer.json() : {};
}

export function openSale() {
  const email = `organizer-${newKey()}@k6.example`;
  const password = newKey();
  post("/auth/register", { email, password, name: "Load" });
  const token = post("/auth/login", { email, password }).access_token;
  const organizer = post("/organizers", { name: "Load", slug: newKey() }, token);
  const starts = Date.now() + 30 * 24 * 3600 * 1000;
  const event = post(
    "/events",
    {
      organizer_id: organizer.id,
      name: "Load",
      timezone: "Europe/Berlin",
      starts_at: new Date(starts).toISOString(),
      ends_at: new Date(starts + 7200 * 1000).toISOString(),
      currency: "EUR",
      ticket_types: [
        { name: "Standing", price: { amount: 2500, currency: "EUR" }, capacity: 1000000 },
      ],
    },
    token,
  );
  post(`/events/${event.id}/publish`, null, token);
  const guests = [];
  for (let nr = 0; nr < VIRTUAL_USERS; nr += 1) {
    guests.push(post("/guests", { email: `guest-${nr}-${newKey()}@k6.example` }).access_token);
  }
  const found = http.get(`${API}/events/${event.id}`, { headers: headers(token) }).json();
  return { event: event.id, type: found.ticket_types[0].id, guests };
}
