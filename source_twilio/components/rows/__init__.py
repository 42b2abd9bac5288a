"""What Twilio sends, as the schema declares it.

In: the rows of a page. Out: the same rows, each valid against its stream's schema, and what of them could not be read.
"""
