"""Letters to buyers: what is to be written when something happens, and how it is said."""
