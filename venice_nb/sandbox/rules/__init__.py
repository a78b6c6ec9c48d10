"""What production refuses beyond its schema: rules for pictures, films and music, and their orders."""
