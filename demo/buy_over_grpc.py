"""Buy two tickets over gRPC, as the demo buyer of `make run`.

Run it beside a running Holdfast: .venv/bin/python -m demo.buy_over_grpc [host:port]
"""

import asyncio
import sys

from grpc_app.clients.client import HoldfastClient
from grpc_app.generated.holdfast.v1.event_pb2 import ListEventsRequest
from grpc_app.generated.holdfast.v1.hold_pb2 import CreateHoldRequest, WantedLine
from grpc_app.generated.holdfast.v1.order_pb2 import (
    Buyer,
    CreateOrderRequest,
    GetOrderRequest,
    PayOrderRequest,
)
from grpc_app.generated.holdfast.v1.ticket_pb2 import ListTicketsRequest


async def main(target: str) -> None:
    async with HoldfastClient(target) as client:
        await client.login("buyer@demo.example", "demo-password")
        events = await client.events.ListEvents(ListEventsRequest(state="ON_SALE"))
        event = events.items[0]
        hold = await client.holds.CreateHold(
            CreateHoldRequest(
                event_id=event.id,
                lines=[WantedLine(ticket_type_id=event.ticket_types[0].id, quantity=2)],
            )
        )
        print("held until", hold.expires_at.ToJsonString())
        order = await client.orders.CreateOrder(
            CreateOrderRequest(hold_id=hold.id, buyer=Buyer(name="Ada", email="ada@example.com"))
        )
        payment = await client.orders.PayOrder(
            PayOrderRequest(order_id=order.id, provider="simulated", method="succeed")
        )
        order = await client.orders.GetOrder(GetOrderRequest(order_id=order.id))
        print(f"order {order.number} is {order.state}, its payment is {payment.state}")
        tickets = await client.tickets.ListTickets(ListTicketsRequest(order_id=order.id))
        for ticket in tickets.items:
            print("ticket", ticket.id, ticket.code)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"))
