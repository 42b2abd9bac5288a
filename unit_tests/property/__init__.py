"""Property-based tests: whatever happens, nothing is lost."""
