"""A read-only look at a live account: what Twilio's documentation leaves open, and whether the connector guessed right.

`python -m source_twilio.probe --config CONFIG` tries each open question on the account and prints a table; how to run
it and what it means: docs/live-check.md. `questions.py` holds all questions, one module for each idea the questions
themselves, `session.py` how Twilio is asked, `findings.py` what an answer may be, `reasons.py` why, `report.py` how it
is shown.
"""
