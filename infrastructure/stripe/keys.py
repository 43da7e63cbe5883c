"""API keys, by their form."""

_LIVE = ("sk_live_", "rk_live_")


def is_live(api_key: str) -> bool:
    """Whether what is asked with this key moves real money; Stripe's objects say the same in
    `livemode`."""
    return api_key.startswith(_LIVE)
