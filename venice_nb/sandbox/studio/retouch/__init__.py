"""Pictures changed as an instruction says."""
