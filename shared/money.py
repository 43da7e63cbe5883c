"""Money in minor units of an ISO 4217 currency; never a float."""

from dataclasses import dataclass

MAX_AMOUNT = 10**12
"""The largest amount we accept, in minor units; the total of an order stays below 2**53."""

CURRENCIES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
    KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
    NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""".split()
)
"""Active ISO 4217 codes of money one can pay with (no metals, funds or test codes)."""

_NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def exponent(currency: str) -> int:
    """How many decimals the minor unit of a currency is: 2 for EUR, 0 for JPY, 3 for KWD.

    Source: ISO 4217 maintenance agency, list one. (Currencies divided by five, such as MGA and MRU,
    are listed there with 2.)
    """
    if currency not in CURRENCIES:
        raise ValueError(f"{currency!r} is not an ISO 4217 currency")
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (1250 EUR is 12.50 €) and its currency."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency")
        if self.amount < 0:
            raise ValueError("an amount of money cannot be negative here")

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(self.amount * factor, self.currency)

    @property
    def is_zero(self) -> bool:
        return self.amount == 0

    def __str__(self) -> str:
        """For people: "12.50 EUR", "1250 JPY", "1.250 KWD"."""
        decimals = exponent(self.currency)
        if not decimals:
            return f"{self.amount} {self.currency}"
        whole, rest = divmod(self.amount, 10**decimals)
        return f"{whole}.{rest:0{decimals}d} {self.currency}"

    @staticmethod
    def zero(currency: str) -> "Money":
        return Money(0, currency)
