"""Policy: retries as a generator, rate limits per model, and failures shared by all processes."""
