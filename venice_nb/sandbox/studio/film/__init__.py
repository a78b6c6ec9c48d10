"""Films shot from scenes and pictures, and read again."""
