"""What the open web gives: search results, pages, the text of files."""
