"""What is measured against: a cluster of our own, a sale in it, and buyers with tokens."""
