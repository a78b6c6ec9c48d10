"""The models panel."""
