"""Tests of streams: what goes out, what comes in, what the state says."""
