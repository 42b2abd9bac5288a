"""Tests of the Spark data source; `./test.sh spark` makes their environment and runs them. They need Java 17 or 21."""
