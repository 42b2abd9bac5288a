"""The edition: streams of the manifest in the CDK's own words, for the Connector Builder, without a line of Python."""
