"""What can go wrong with a request, and the sentence a user reads."""

from __future__ import annotations

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

AUTHENTICATE = 20003  # https://www.twilio.com/docs/api/errors/20003
TEST_CREDENTIALS = 20008  # https://www.twilio.com/docs/api/errors/20008
OUTSIDE_RETENTION = (20004, 14241)  # https://www.twilio.com/docs/api/errors/14241
NOT_ACTIVE = (20005, 10001, 90010)  # no funds, suspended or closed: https://www.twilio.com/docs/api/errors/20005
NOT_ALLOWED = (401, 403)


class Refused(Exception):
    """Twilio's final answer to a request: repeating it would not change it.

    status: HTTP status; code: Twilio's error code, None where the answer names none; message: Twilio's own words.
    """

    def __init__(self, status: int, code: int | None, message: str) -> None:
        super().__init__(f"HTTP {status}, code {code or 'unknown'}: {message}")
        self.status = status
        self.code = code
        self.message = message


class Malformed(Exception):
    """A successful answer that is no page: another shape, or a next page that must not be followed."""


class Overtaxed(Exception):
    """Twilio answered 5xx again and again to a request that can be replaced by smaller ones. what: the last answer."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class AccountSkipped(Exception):
    """An account that Twilio does not let us read: skipped with a warning, its cursor stays."""


def config_error(message: str, internal: str | None = None) -> AirbyteTracedException:
    """An error that the user can mend: in the configuration, the catalog, the state or in Twilio's console."""
    return AirbyteTracedException(
        message=message, internal_message=internal or message, failure_type=FailureType.config_error
    )


def transient_error(message: str, internal: str | None = None) -> AirbyteTracedException:
    """An error that may have gone at the next attempt."""
    return AirbyteTracedException(
        message=message, internal_message=internal or message, failure_type=FailureType.transient_error
    )


def system_error(message: str, internal: str | None = None) -> AirbyteTracedException:
    """An error of the connector or of the API's answer that the user cannot mend."""
    return AirbyteTracedException(
        message=message, internal_message=internal or message, failure_type=FailureType.system_error
    )
