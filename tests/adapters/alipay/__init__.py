"""Alipay's adapter against a gateway that speaks as Alipay's does."""
