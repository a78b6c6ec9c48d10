"""The voice panel."""
