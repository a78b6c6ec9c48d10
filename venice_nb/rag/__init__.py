"""Questions to documents: read, split, searched, answered with sources, and measured."""
