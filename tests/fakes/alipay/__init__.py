"""A gateway that speaks as Alipay's does: written from its documentation, not from our adapter."""
