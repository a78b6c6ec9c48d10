"""The account on the wire: limits, bills and keys. Most of it answers ADMIN keys only."""
