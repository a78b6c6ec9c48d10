"""The open web on the wire: searches, pages as Markdown, and the text of files."""
