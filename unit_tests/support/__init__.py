"""What the tests build on: a configuration, a read in this process, rows of the API."""

from .configs import ConfigBuilder, catalog_of, state_of
from .reading import Output, Syncs, read
from .rows import iso, rfc, row_of

__all__ = ["ConfigBuilder", "Output", "Syncs", "catalog_of", "iso", "read", "rfc", "row_of", "state_of"]
