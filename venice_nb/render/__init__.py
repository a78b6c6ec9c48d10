"""How things look in a notebook: escaped HTML, safe Markdown, plain text, live displays."""
