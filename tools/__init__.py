"""Developer commands: `python -m tools.notebooks`, `python -m tools.demo` and the data makers."""
