"""The memory adapter sits every exam of its ports."""
