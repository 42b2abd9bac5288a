"""Reads all messages with Twilio's official library and prints one JSON line each (needs only `twilio`)."""

import json
import sys

from twilio.rest import Client


def main(account_sid: str, token: str) -> None:
    """Walk the unfiltered list in pages of 1,000."""
    for message in Client(account_sid, token).messages.stream(page_size=1000):
        row = {name: value for name, value in vars(message).items() if not name.startswith("_")}
        sys.stdout.write(f'{{"type":"RECORD","record":{json.dumps(row, default=str)}}}\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
