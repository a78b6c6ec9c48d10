"""Pictures, galleries, comparisons and styles."""
