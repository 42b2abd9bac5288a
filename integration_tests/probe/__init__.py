"""Tests of the live check (`python -m source_twilio.probe`) against the sandbox."""
