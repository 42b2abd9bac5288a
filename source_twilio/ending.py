"""What happens when the process is told to end, by SIGTERM (a platform) or SIGINT (Ctrl-C).

Airbyte cancels a sync with SIGTERM, to a process that is often the first of its container. The kernel hands such a
process no signal whose handling is left at the default, and a handler of Python's would wait for the main thread, which
may be stuck in writing. So both signals are blocked, and a thread waits for them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

SIGNALS = (signal.SIGTERM, signal.SIGINT)
PATIENCE = 4.0  # seconds for the last words; whoever told the process to end kills it soon after
BY_SIGNAL = 128  # exit codes of processes that a signal has ended begin here


class Ending:
    """Waits for the signal that tells the process to end, once `watch` was called.

    `wind_down` is called with the signal's name, in a thread of its own; it gives False where there is nothing to
    wait for. Then, at a second signal, and after some seconds in any case, the process ends as it is.
    """

    def __init__(self) -> None:
        self.wind_down: Callable[[str], bool] = lambda name: False
        self._told = 0

    def watch(self) -> None:
        """Take the signals from now on; called by the main thread before it starts another one."""
        if not hasattr(signal, "sigwait"):  # Windows has neither these signals nor containers
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        threading.Thread(target=self._wait, name="ending", daemon=True).start()

    def leave(self) -> None:
        """End the process at once, with the code of the signal; all that was to be said is written."""
        os._exit(BY_SIGNAL + self._told)

    def _wait(self) -> None:
        self._told = signal.sigwait(SIGNALS)
        late = threading.Timer(PATIENCE, self.leave)
        late.daemon = True
        late.start()
        if self.wind_down(signal.Signals(self._told).name):
            signal.sigwait(SIGNALS)
        self.leave()
