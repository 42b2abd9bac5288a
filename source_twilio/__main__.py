"""`python -m source_twilio`: the same as the console script `source-twilio`."""

from source_twilio.run import run

if __name__ == "__main__":
    run()
