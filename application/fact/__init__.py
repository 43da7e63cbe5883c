"""The log of facts, as organizers read it."""
