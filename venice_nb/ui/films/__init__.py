"""The video panel."""
