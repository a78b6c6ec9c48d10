"""The rooms of a client, each twice: the same plans, carried out at once or awaited."""
