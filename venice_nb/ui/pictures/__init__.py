"""The panel of pictures."""
