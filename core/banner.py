"""What an entry point prints when it is ready: where it listens, and how to buy a ticket."""

from collections.abc import Sequence

from core.demo import Demo


def banner(
    *,
    rest_url: str | None,
    grpc_address: str | None,
    works: bool,
    database: str,
    demo: Demo | None,
    workers: int = 1,
    services: Sequence[str] = (),
    metrics: str | None = None,
) -> str:
    """Addresses, and curl lines to copy where there is a demo event to buy from."""
    lines = ["", "Holdfast is running. Ctrl-C stops it."]
    if rest_url:
        lines += [f"  REST      {rest_url}/api/v1", f"  API page  {rest_url}/docs"]
    if grpc_address:
        lines.append(f"  gRPC      {grpc_address}")
    if metrics:
        lines.append(f"  Metrics   {metrics}")
    lines.append(f"  Database  {database}")
    if workers > 1:
        lines.append(f"  Processes {workers} serve on the same ports")
    if services:
        lines.append(f"  Services  {', '.join(services)}")
    lines.append(f"  Background work {'runs here' if works else 'does not run here'}")
    if demo and rest_url:
        lines += ["", *_purchase(rest_url, demo)]
    return "\n".join([*lines, ""])


def _purchase(url: str, demo: Demo) -> list[str]:
    login = f'{{"email":"{demo.buyer_email}","password":"{demo.password}"}}'
    hold = (
        f'{{"event_id":"{demo.event_id}","lines":'
        f'[{{"ticket_type_id":"{demo.ticket_type_id}","quantity":2}}]}}'
    )
    pick = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    return [
        f'Hold two tickets for "{demo.event_name}" (the README goes on from here):',
        "",
        f"  TOKEN=$(curl -s {url}/api/v1/auth/login -H 'Content-Type: application/json' \\",
        f"    -d '{login}' | {pick})",
        f'  curl -s {url}/api/v1/holds -H "Authorization: Bearer $TOKEN" \\',
        "    -H 'Content-Type: application/json' \\",
        '    -H "Idempotency-Key: my-first-hold-$(date +%s)" \\',
        f"    -d '{hold}'",
    ]
