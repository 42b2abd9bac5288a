"""Tests against a real account; docs/live-check.md tells how to run them."""
