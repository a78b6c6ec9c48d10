"""What comes back: replies, vectors, tables. Frozen values that show and save themselves."""
