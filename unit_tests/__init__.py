"""Tests of the connector in its own process: no sockets, a clock that stands still."""
