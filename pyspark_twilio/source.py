"""The data source: what there is to read, who reads which accounts, and how far a stream of changes has come.

Nothing but Spark's own is imported before it is needed: Spark imports this module in every session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceStreamReader, InputPartition
from pyspark.sql.types import StructType

if TYPE_CHECKING:
    import pyarrow as pa

    from pyspark_twilio.options import Options
    from source_twilio.slices import Slices

ROWS = 4_000  # of an Arrow batch, where there are so many
REQUESTS = 8  # in flight of a task, as of a process of the connector
FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass
class Share(InputPartition):
    """What one task reads: accounts, how far each was read before, the end of the range, and how many requests it may
    have in flight."""

    accounts: list[str]
    requests: int
    until: str | None = None
    saved: dict[str, str] = field(default_factory=dict)


class TwilioReader(DataSourceReader):
    """Everything from the start date to the end date or now, once. Pickled to the executors, so it holds options and no
    secret."""

    strict = False

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = dict(given)

    @property
    def _options(self) -> Options:
        from pyspark_twilio.options import Options

        return Options(self._given)

    @contextmanager
    def _slices(self, config: Mapping[str, Any]) -> Iterator[Slices]:
        """The stream's slices for a while. The connector's errors in it are raised as their sentences."""
        from pyspark_twilio.options import sentences
        from source_twilio.slices import Slices

        with sentences():
            slices = Slices(config, self._options.stream)
            try:
                yield slices
            finally:
                slices.stop()

    def partitions(self) -> list[Share]:
        """The shares of all accounts."""
        with self._slices(self._options.configuration()) as slices:
            return self._shares(slices.accounts())

    def _shares(
        self, accounts: list[str], until: str | None = None, saved: Mapping[str, str] | None = None
    ) -> list[Share]:
        """Tasks that together never have more than `num_workers` requests in flight, however many executors there are:
        each may have its part of them. A task costs Spark a tenth of a second, and most accounts have one request to
        make at a time, so a task has many accounts."""
        options = self._options
        most = int(options.configuration().get("num_workers") or REQUESTS)
        count = min(options.tasks or -(-most // REQUESTS), most, len(accounts))
        shares = [Share(accounts[number::count], most // count, until) for number in range(count)]
        for share in shares:
            share.saved = {sid: saved[sid] for sid in share.accounts if sid in saved} if saved else {}
        return shares or [Share([], 1)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """The rows of a share as Arrow batches."""
        from pyspark_twilio.columns import Columns

        assert isinstance(partition, Share)
        if not partition.accounts:
            return
        columns = Columns(self._options.schema())
        config = {**self._options.configuration(), "num_workers": partition.requests}
        if partition.until:
            config["end_date"] = partition.until
        with self._slices(config) as slices:
            rows: list[dict[str, Any]] = []
            for page in slices.rows(partition.accounts, partition.saved, self.strict):
                rows += page
                if len(rows) >= ROWS:
                    yield columns.batch(rows)
                    rows = []
            if rows:
                yield columns.batch(rows)


class TwilioChanges(TwilioReader, DataSourceStreamReader):
    """What is new or changed. The offset has a cursor for each account, as the connector's state has.

    It is set before the read, so nothing may be passed over: an account that refuses fails the query. Rows of the
    lookback window come again, so whoever writes merges by the key.
    """

    strict = True

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self._latest: dict[str, str] = {}

    def initialOffset(self) -> dict[str, str]:
        """No account has been read."""
        return {}

    def latestOffset(self, start: Any = None, limit: Any = None) -> dict[str, str]:
        """Each account to now, in steps of `every` seconds: else each look would find something new, and Twilio be
        asked without end."""
        if set(self._latest.values()) == {self._floor(datetime.now(timezone.utc))}:
            return self._latest
        config = self._options.configuration()
        with self._slices(config) as slices:
            slices.check_bounded()
            accounts = slices.accounts()
            now = min(self._floor(slices.now()), config.get("end_date") or "9")
            self._latest = {sid: now for sid in accounts} if now > config["start_date"] else {}
        return self._latest

    def _floor(self, moment: datetime) -> str:
        every = self._options.every
        return datetime.fromtimestamp(moment.timestamp() // every * every, timezone.utc).strftime(FORM)

    def partitions(self, start: dict[str, str], end: dict[str, str]) -> list[Share]:  # type: ignore[override]
        """The shares of the accounts that have something new and are still there."""
        with self._slices(self._options.configuration()) as slices:
            accounts = [sid for sid in slices.accounts() if sid in end and end[sid] != start.get(sid)]
        return self._shares(accounts, max(end.values(), default=None), start)


class TwilioSource(DataSource):
    """`stream` names the stream; the other options are those of the connector's configuration, without secrets."""

    @classmethod
    def name(cls) -> str:
        """The name of the format."""
        return "twilio"

    def schema(self) -> StructType:
        """The columns of the stream."""
        from pyspark_twilio.columns import Columns
        from pyspark_twilio.options import Options

        return Columns(Options(self.options).schema()).spark

    def reader(self, schema: StructType) -> TwilioReader:
        """A batch."""
        self._check(schema)
        return TwilioReader(self.options)

    def streamReader(self, schema: StructType) -> TwilioChanges:
        """A stream of changes."""
        self._check(schema)
        return TwilioChanges(self.options)

    def _check(self, schema: StructType) -> None:
        """Refuse columns that `.schema(...)` leaves out or adds: rows would go where they do not belong."""
        from pyspark_twilio.options import TwilioError

        own = {one.name: one.dataType for one in self.schema()}
        given = {one.name: one.dataType for one in schema}
        wrong = [name for name in {**own, **given} if given.get(name) != own.get(name)]
        if wrong or list(given) != list(own):
            raise TwilioError(f"`.schema(…)` has other columns than stream {self.options['stream']} ("
                              f"{', '.join(wrong) or 'in another order'}): leave it out, and choose columns with "
                              "`.select(…)`.")
