"""WeChat Pay, for shops in China: the adapter of the Payments port on its API, version 3.

Written after the WeChat Pay documentation for merchants (pay.weixin.qq.com): "Signature
generation", "Signature verification", "Native order", "H5 order", "Query an order by the merchant's
number", "Close an order", "Request a refund", "Query a refund", "Notification of a successful
payment", "Notification of a refund's result" and "Decrypting notifications".
"""
