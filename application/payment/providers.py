"""The payment providers this system knows, by name and mode."""

from collections.abc import Iterable, Mapping, Sequence

from application.errors import PaymentProviderUnknown, WebhookFault, WebhookInvalid
from application.ports.inbox import ProviderEvent
from application.ports.payments import Acknowledgement, Payments

_LONGEST_NAME = 64


class Providers:
    """One adapter for each provider and mode; two of one name and mode are a mistake."""

    def __init__(self, adapters: Iterable[Payments], default: str) -> None:
        self._adapters = tuple(adapters)
        self._by_name = {(each.name, each.live): each for each in self._adapters}
        self.default = default
        if len(self._by_name) != len(self._adapters):
            raise RuntimeError("a payment provider is there twice in one mode")

    def get(self, name: str | None, *, live: bool) -> Payments:
        """None is the default one. Raises PaymentProviderUnknown, also where it is not there in
        this mode."""
        provider = self._by_name.get((name or self.default, live))
        if provider is None:
            raise _unknown(name or self.default)
        return provider

    def all(self) -> Sequence[Payments]:
        return self._adapters

    def verify(
        self, name: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[ProviderEvent, Acknowledgement]:
        """The event of a webhook, of whichever mode it is, and what its sender wants to hear.

        Raises PaymentProviderUnknown, WebhookInvalid.
        """
        named = [each for each in self._adapters if each.name == name]
        if not named:
            raise _unknown(name)
        refusals: list[WebhookInvalid] = []
        for provider in named:
            try:
                return provider.verify(body, headers), provider.acknowledgement
            except WebhookInvalid as refusal:
                refusals.append(refusal)  # it may be of the other mode
        raise next(
            (each for each in refusals if each.fault is not WebhookFault.FORGED), refusals[0]
        )


def _unknown(name: str) -> PaymentProviderUnknown:
    """Names what was asked for, which may be any text of any length."""
    return PaymentProviderUnknown(metadata={"provider": name[:_LONGEST_NAME]})
