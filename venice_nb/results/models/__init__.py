"""Models, their names and their prices, as tables and cards."""
