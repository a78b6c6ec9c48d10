"""Pictures from words: a prompt read, a scene put together, things drawn into it."""
