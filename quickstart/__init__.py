"""The quick start: Twilio, or the sandbox, into a DuckDB file and a report. It is not part of the connector."""
