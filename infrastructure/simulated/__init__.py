"""A payment provider with a life of its own: storage, keys, ledger, late money and webhooks.

Our side talks to it through `payments.SimulatedPayments` and learns of it through webhooks only.
"""
