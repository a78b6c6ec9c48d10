"""Venice.ai in Jupyter."""
