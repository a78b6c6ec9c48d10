"""From a column of text to a matrix: read, priced, sent in batches, kept."""
