"""Tests of one component each."""
