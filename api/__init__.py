"""The REST face: translates HTTP to messages and answers to HTTP."""
