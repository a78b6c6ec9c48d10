"""Plain float32 matrices: exact search, near-duplicates, clusters and maps, in memory that stays small."""
