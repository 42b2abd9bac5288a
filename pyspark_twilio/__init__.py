"""Twilio as a data source of Apache Spark: `spark.read.format("twilio").option("stream", "messages").load()`.

Spark imports every package whose name begins with `pyspark_` in each session and registers its `DefaultSource`, so this
imports nothing but Spark's own. Where Spark does not: `spark.dataSource.register(pyspark_twilio.DefaultSource)`.
`docs/spark.md` in the repository says when to use it.
"""

from pyspark_twilio.source import TwilioSource as DefaultSource

__all__ = ["DefaultSource"]
