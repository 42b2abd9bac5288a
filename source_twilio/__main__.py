"""The command: `source-twilio`, or `python -m source_twilio`."""

import gc


def main() -> None:
    """Run the command line. The collector is off until all is imported and built: it would only look at what stays."""
    gc.disable()
    from source_twilio.run import run

    run()


if __name__ == "__main__":
    main()
