"""Embeddings on the wire: texts out, one checked array back."""
