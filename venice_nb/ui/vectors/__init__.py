"""The map of a matrix."""
