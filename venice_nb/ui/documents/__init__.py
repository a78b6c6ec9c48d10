"""The document panel."""
