"""WeChat Pay's adapter against an API that speaks as WeChat Pay's does."""
