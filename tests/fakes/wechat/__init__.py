"""An API that speaks as WeChat Pay's does: written from its documentation, not from our adapter."""
