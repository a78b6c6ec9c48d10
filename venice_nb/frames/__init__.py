"""What can be done to the rows of a table: asked, extracted, judged, embedded, searched, grouped."""
