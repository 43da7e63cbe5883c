"""The two faces say the same: equal operations, equal fields, equal answers and an equal no."""
