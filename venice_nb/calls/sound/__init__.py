"""Sound on the wire: speech both ways, voices, music and effects."""
