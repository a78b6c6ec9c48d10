"""One module per family of operations, and the table that leads a request to its route."""
