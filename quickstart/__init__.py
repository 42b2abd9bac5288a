"""The quick start: Twilio, or the sandbox, into a DuckDB file through PyAirbyte. It is not part of the connector."""
