"""A server that speaks like Stripe: what the official library asks for, and what goes wrong there.

`world.World` is Stripe itself, with what buyers and banks do; `server.serving` puts it on a port.
"""
