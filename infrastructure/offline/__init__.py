"""Payments that no provider moves: bank transfer, box office, invoice."""
