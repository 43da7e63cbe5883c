"""What a machine should not decide alone."""
