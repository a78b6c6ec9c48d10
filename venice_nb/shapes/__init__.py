"""Python types to JSON schema, and JSON data back into checked Python objects."""
