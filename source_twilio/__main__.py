"""The command: `source-twilio`, or `python -m source_twilio`."""

import gc

from source_twilio.ending import Ending


def main() -> None:
    """Run the command line. The collector is off until all is imported and built: it would only look at what stays."""
    gc.disable()
    ending = Ending()
    ending.watch()
    from source_twilio.run import run

    run(ending)


if __name__ == "__main__":
    main()
