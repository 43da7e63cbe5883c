"""The payment providers this system knows, by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.errors import PaymentProviderUnknown
from application.ports.payments import Payments


@dataclass(frozen=True, slots=True)
class Providers:
    by_name: Mapping[str, Payments]
    default: str

    def get(self, name: str | None) -> Payments:
        """None is the default one. Raises PaymentProviderUnknown."""
        provider = self.by_name.get(name or self.default)
        if provider is None:
            raise PaymentProviderUnknown(metadata={"provider": name or self.default})
        return provider
