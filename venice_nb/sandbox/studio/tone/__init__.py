"""Fields of colour, and everything that changes the whole of a picture alike."""
