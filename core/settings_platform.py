"""What the platform takes of every ticket that is sold."""

from pydantic import Field, field_validator

from core.settings_sections import Section
from shared.money import CURRENCIES, MAX_AMOUNT


class Platform(Section):
    """The platform's fee. An event keeps the one that was set when it was made; whether its buyers
    pay it on top or the organizer bears it, the organizer says."""

    fee_name: str = Field(
        default="Service fee", min_length=1, max_length=50, description="Name of the fee"
    )
    fee_basis_points: int = Field(
        default=0, ge=0, le=10_000, description="Share of the price: 250 are 2.5 %"
    )
    fee_per_ticket: dict[str, int] = Field(
        default={},
        description='Minor units per ticket by currency, as JSON: {"EUR": 50, "JPY": 80}',
    )

    @field_validator("fee_per_ticket")
    @classmethod
    def _are_amounts(cls, amounts: dict[str, int]) -> dict[str, int]:
        for currency, amount in amounts.items():
            if currency not in CURRENCIES:
                raise ValueError(f"{currency!r} is not an ISO 4217 currency")
            if not 0 <= amount <= MAX_AMOUNT:
                raise ValueError(f"the amount of {currency} must be from 0 to {MAX_AMOUNT}")
        return amounts
