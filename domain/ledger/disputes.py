"""What disputes and providers' fees do to the accounts."""

from collections.abc import Mapping

from domain.ledger.posting import Account


def withdrawn(amount: int) -> Mapping[Account, int]:
    """The provider took disputed money back; whose it is stays open."""
    return {Account.DISPUTED: amount, Account.PROVIDER: -amount}


def won(amount: int) -> Mapping[Account, int]:
    """It came back."""
    return {Account.PROVIDER: amount, Account.DISPUTED: -amount}


def lost(amount: int) -> Mapping[Account, int]:
    """The payer keeps it, at the organizer's expense: taxes and fees stay owed as they were."""
    return {Account.ORGANIZER: amount, Account.DISPUTED: -amount}


def provider_fee(amount: int) -> Mapping[Account, int]:
    """What the provider kept for itself is the organizer's expense."""
    return {Account.ORGANIZER: amount, Account.PROVIDER: -amount}
