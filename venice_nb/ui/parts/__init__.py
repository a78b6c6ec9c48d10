"""What panels are made of: the base, its controls, tasks, players, pickers."""
