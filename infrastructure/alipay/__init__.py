"""Alipay, for shops in China: the adapter of the Payments port on its OpenAPI gateway, version 2.

Written after the documentation of the Alipay Open Platform (opendocs.alipay.com): "Self-signed
requests" and "Verifying synchronous answers" (RSA2), "Verifying asynchronous notifications",
"alipay.trade.page.pay", "alipay.trade.precreate", "alipay.trade.query", "alipay.trade.close",
"alipay.trade.refund", "alipay.trade.fastpay.refund.query" and "Common error codes".
"""
