"""The wire: one module per family of operations; the only room that knows how Venice spells things."""
