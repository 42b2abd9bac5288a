"""What can go wrong with a request, and the sentence a user reads."""

from __future__ import annotations

from http import HTTPStatus

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

AUTHENTICATE = 20003  # https://www.twilio.com/docs/api/errors/20003
TEST_CREDENTIALS = 20008  # https://www.twilio.com/docs/api/errors/20008
OUTSIDE_RETENTION = (20004, 14241)  # https://www.twilio.com/docs/api/errors/14241
NOT_ACTIVE = (20005, 10001, 90010)  # no funds, suspended or closed: https://www.twilio.com/docs/api/errors/20005
NO_PERMISSION = 70051  # https://www.twilio.com/docs/api/errors/70051
NOT_ALLOWED = (401, 403)


# Where Python before 3.13 still has the names of RFC 7231.
RENAMED = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}


def told(status: int) -> str:
    """A status with its name (RFC 9110, section 15); one that has none is told by its class, as the RFC says."""
    try:
        return f"HTTP {status} {RENAMED.get(status) or HTTPStatus(status).phrase}"
    except ValueError:
        classes = {2: "a success", 3: "a redirection", 4: "a client error", 5: "a server error"}
        return f"HTTP {status}, {classes.get(status // 100, 'no status of HTTP')} without a name"


class Refused(Exception):
    """A final answer that brings no rows: repeating the request would not change it.

    status: HTTP status; code: Twilio's error code, None where the answer names none; message: Twilio's own words, or
    what came in their place; understood: False where the answer is none that Twilio gives; reason: the error's name
    where it is one of OAuth's (RFC 6749); signer: the account whose credentials signed the request; moment: a number
    that grows from request to request, see `Api.accepted_since`.
    """

    def __init__(self, status: int, code: int | None, message: str, understood: bool = True, reason: str = "") -> None:
        super().__init__(f"HTTP {status}, code {code}: {message}" if code else f"{told(status)}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.understood = understood
        self.reason = reason
        self.signer = ""
        self.moment = 0

    @property
    def brief(self) -> str:
        """The refusal without Twilio's words, which name what was asked for."""
        return f"HTTP {self.status}, code {self.code}" if self.code else told(self.status)


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
