"""Films, and how they look."""
