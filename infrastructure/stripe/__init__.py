"""Stripe, through its official library.

A buyer pays in the browser, with Stripe alone: no card number ever comes near us. What we send and
read is a PaymentIntent, made by us (`card`, `automatic`) or by a Checkout Session (`checkout`).
"""
