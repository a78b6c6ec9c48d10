"""Work with the open web: search it, read pages, take the text out of files, answer from what was found."""
