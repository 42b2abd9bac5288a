"""Tests of the quick start and of what README.md says."""
