"""What time it is, as far as this machine and Twilio agree."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from source_twilio.components.rows.times import moment_of

AGREED = timedelta(seconds=60)  # the Date header counts whole seconds and travels
# No public certificate is valid for longer (CA/Browser Forum, Baseline Requirements, section 6.3.2). A machine whose
# clock is off by more takes Twilio's for expired or not valid yet and gets no answer: it is the header that is wrong.
BELIEVED = timedelta(days=398)


class Clock:
    """The local clock beside the `Date` header of Twilio's answers.

    A machine whose clock is off must lose no row: what is asked for reaches up to the later of the two clocks, what
    the state says was read ends at the earlier.
    """

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def note(self, date_header: str | None) -> None:
        """Compare the local clock with a response's `Date` header; one that is absent, unreadable or off by more than a
        clock can be changes nothing."""
        moment = moment_of(date_header or "")
        offset = moment - self.local() if moment else None
        if offset is not None and abs(offset) <= BELIEVED:
            self._offset = offset if abs(offset) > AGREED else timedelta(0)

    @staticmethod
    def local() -> datetime:
        """The machine's own time, in UTC."""
        return datetime.now(timezone.utc)

    def latest(self) -> datetime:
        """The end of what to ask for."""
        return max(self.local(), self.local() + self._offset)

    def earliest(self, local: datetime | None = None) -> datetime:
        """The end of what has certainly passed at Twilio. local: at that time of the machine's, now if not given."""
        moment = local or self.local()
        return min(moment, moment + self._offset)
