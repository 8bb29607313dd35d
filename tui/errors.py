"""Every error that perptop raises, as one tree.

    PerptopError
    ├── UsageError            the command line asks for something that does not fit      exit 64
    ├── SettingsError         a setting, a profile or a key file is unusable             exit 78
    ├── ProtocolError         bytes that Binance's pages do not allow
    ├── RequestForbidden      a request outside the allow-list; raised before signing
    └── Unavailable           no fresh snapshot could be had in time                     exit 3

What happens on a connection (lost, refused, banned) is not an exception: it is a state, and travels as an event.
"""


class PerptopError(Exception):
    """The root: every message is a sentence for the person at the terminal, without secrets."""

    exit_code = 70


class UsageError(PerptopError):
    """The command line asks for something that does not fit together."""

    exit_code = 64


class SettingsError(PerptopError):
    """A setting, a profile or a key file is unusable; the message names the setting."""

    exit_code = 78


class ProtocolError(PerptopError):
    """Bytes that Binance's pages do not allow; keeps the beginning of them, cleaned for a terminal."""


class RequestForbidden(PerptopError):
    """A request outside the allow-list of a program that reads and never trades."""


class Unavailable(PerptopError):
    """No fresh snapshot could be had in time; the message says why, as far as it is known."""

    exit_code = 3
