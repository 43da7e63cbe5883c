"""Settings of payment providers: what is read, what cannot work, and that no key is shown."""

import os
from pathlib import Path

import pytest

from core.settings import Settings, SettingsError, load_settings

_LIVE, _TEST = "sk_live_51Hidden", "sk_test_51Hidden"
_ALIPAY = {
    "PAYMENT__ALIPAY__APP_ID": "2021",
    "PAYMENT__ALIPAY__PRIVATE_KEY": "hidden-key",
    "PAYMENT__ALIPAY__ALIPAY_PUBLIC_KEY": "theirs",
    "PAYMENT__ALIPAY__SELLER_ID": "2088",
    "PAYMENT__ALIPAY__NOTIFY_URL": "https://shop.example/api/v1/payments/webhooks/alipay",
}


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings, and a working folder of the test's own."""
    for name in os.environ:
        if "__" in name or name in ("DATA_DIR", "SECRET_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> "Load":
    return Load(monkeypatch)


class Load:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, variables: dict[str, str]) -> Settings:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        return load_settings()


def test_by_default_payments_are_simulated(load: Load) -> None:
    payment = load({}).payment
    assert payment.default_provider == "simulated"
    assert (payment.timeout_seconds, payment.refunds_per_second) == (5, 20)
    assert payment.stripe.key_of_tests is None


@pytest.mark.parametrize(
    "written", ["whsec_new, whsec_old", '["whsec_new", "whsec_old"]', "whsec_new,whsec_old,"]
)
def test_signing_secrets_are_several(load: Load, written: str) -> None:
    stripe = load({"PAYMENT__STRIPE__WEBHOOK_SECRETS": written}).payment.stripe
    assert [each.get_secret_value() for each in stripe.webhook_secrets] == [
        "whsec_new",
        "whsec_old",
    ]


@pytest.mark.parametrize(
    ("variables", "key", "secrets"),
    [
        ({"API_KEY": _LIVE, "WEBHOOK_SECRETS": "whsec_live"}, None, []),
        ({"API_KEY": _TEST, "WEBHOOK_SECRETS": "whsec_live"}, _TEST, ["whsec_live"]),
        (
            {
                "API_KEY": _LIVE,
                "WEBHOOK_SECRETS": "whsec_live",
                "TEST_API_KEY": "rk_test_1",
                "TEST_WEBHOOK_SECRETS": "whsec_test",
            },
            "rk_test_1",
            ["whsec_test"],
        ),
        ({"API_KEY": _LIVE, "WEBHOOK_SECRETS": "whsec_live", "TEST_API_KEY": _TEST}, _TEST, []),
        ({"TEST_API_KEY": _TEST}, _TEST, []),
    ],
)
def test_tests_are_paid_with_keys_of_the_test_mode(
    load: Load, variables: dict[str, str], key: str | None, secrets: list[str]
) -> None:
    stripe = load({f"PAYMENT__STRIPE__{name}": each for name, each in variables.items()}).payment
    chosen = stripe.stripe.key_of_tests
    assert (None if chosen is None else chosen.get_secret_value()) == key
    assert [each.get_secret_value() for each in stripe.stripe.secrets_of_tests] == secrets


def test_a_live_key_beside_the_simulated_default_is_fine(load: Load) -> None:
    payment = load({"PAYMENT__STRIPE__API_KEY": _LIVE}).payment
    assert payment.default_provider == "simulated" and payment.stripe.api_key is not None


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"PAYMENT__DEFAULT_PROVIDER": "stripe"},
            "PAYMENT__STRIPE__API_KEY must be set when PAYMENT__DEFAULT_PROVIDER is stripe",
        ),
        (
            {"PAYMENT__DEFAULT_PROVIDER": "stripe", "PAYMENT__STRIPE__TEST_API_KEY": _TEST},
            "PAYMENT__STRIPE__API_KEY must be set when PAYMENT__DEFAULT_PROVIDER is stripe",
        ),
        (
            {"PAYMENT__DEFAULT_PROVIDER": "wechat"},
            "PAYMENT__WECHAT__APP_ID must be set when PAYMENT__DEFAULT_PROVIDER is wechat",
        ),
        (
            {**_ALIPAY, "PAYMENT__DEFAULT_PROVIDER": "alipay", "PAYMENT__ALIPAY__SANDBOX": "true"},
            "PAYMENT__DEFAULT_PROVIDER must not be alipay while PAYMENT__ALIPAY__SANDBOX",
        ),
        (
            {"PAYMENT__STRIPE__API_KEY": "pk_live_Hidden"},
            "PAYMENT__STRIPE__API_KEY: is a publishable key (pk_…)",
        ),
        ({"PAYMENT__STRIPE__API_KEY": "Hidden"}, "PAYMENT__STRIPE__API_KEY: must begin with sk_"),
        (
            {"PAYMENT__STRIPE__TEST_API_KEY": _LIVE},
            "PAYMENT__STRIPE__TEST_API_KEY: must begin with sk_test_ or rk_test_",
        ),
        (
            {"PAYMENT__STRIPE__WEBHOOK_SECRETS": "whsec_1,Hidden"},
            "PAYMENT__STRIPE__WEBHOOK_SECRETS: must begin with whsec_, each of them",
        ),
        (
            {"PAYMENT__STRIPE__WEBHOOK_SECRETS": "[Hidden"},
            "PAYMENT__STRIPE__WEBHOOK_SECRETS: is neither a list in JSON nor",
        ),
        (
            {"PAYMENT__ALIPAY__APP_ID": "2021", "PAYMENT__ALIPAY__PRIVATE_KEY": "Hidden"},
            "PAYMENT__ALIPAY__ALIPAY_PUBLIC_KEY, PAYMENT__ALIPAY__SELLER_ID, "
            "PAYMENT__ALIPAY__NOTIFY_URL must be set when others of it are",
        ),
        (
            {"PAYMENT__WECHAT__API_V3_KEY": "Hidden"},
            "PAYMENT__WECHAT__APP_ID, PAYMENT__WECHAT__MERCHANT_ID, PAYMENT__WECHAT__SERIAL",
        ),
        ({"PAYMENT__TIMEOUT_SECONDS": "12"}, "PAYMENT__TIMEOUT_SECONDS"),
        ({"METRICS__TOKEN": "Hidden"}, "METRICS__TOKEN: is shorter than 16 characters"),
    ],
)
def test_what_cannot_work_is_refused(load: Load, variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(variables)
    assert said in str(refused.value)
    assert "Hidden" not in str(refused.value)


def test_no_key_is_shown(load: Load) -> None:
    settings = load(
        {
            **_ALIPAY,
            "PAYMENT__DEFAULT_PROVIDER": "stripe",
            "PAYMENT__STRIPE__API_KEY": _LIVE,
            "PAYMENT__STRIPE__WEBHOOK_SECRETS": "whsec_Hidden",
            "METRICS__TOKEN": "Hidden-Hidden-Hidden",
        }
    )
    assert "hidden" not in f"{settings!r}{settings}".lower()
