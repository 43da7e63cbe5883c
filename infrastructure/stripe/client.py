"""The official library, as we use it."""

from typing import Final

import stripe

from infrastructure.stripe.http import HttpClient

API_VERSION: Final = "2026-10-28.endive"
"""What requests and answers look like. Pinned here, so that neither the library nor the account
changes it: the webhook's endpoint is to be created with the same one."""

# It would keep an id of this machine in the home directory, and send it along with timings.
stripe.enable_telemetry = False


def open_client(api_key: str, http: HttpClient, *, api_base: str | None) -> stripe.StripeClient:
    """Repetitions are not the library's business: whoever knows the idempotency key repeats."""
    return stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base.rstrip("/")} if api_base else None,
        max_network_retries=0,
        http_client=http,
    )
