"""What our letters say."""
