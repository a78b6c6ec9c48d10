"""Plans for pictures, sound and film."""
