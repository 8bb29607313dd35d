"""Where a key comes from, how it signs, and how it is kept out of everything that is shown."""

import base64
import hashlib
import hmac
import json
import logging
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote

from tui.errors import SettingsError

MASK = "••••"
REDACTED = "[redacted]"
WINDOW = 16
"""So many characters in a row of a secret are never shown; shorter secrets are not searched for."""
LARGEST = 65_536
COMMAND_SECONDS = 30.0
VARIABLES = ("BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_PRIVATE_KEY_FILE")
KeyType = Literal["HMAC", "RSA", "ED25519"]

_SHAPES = (
    re.compile(r"-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL),
    re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{64}(?![A-Za-z0-9])"),
    re.compile(r"""(?<=signature=)[^\s&"']+|(?<=listenKey=)[^\s&"']+|(?<=apiKey=)[^\s&"']+"""),
    re.compile(r"""(?<="signature":)\s*"[^"]*"|(?<="listenKey":)\s*"[^"]*"|(?<="apiKey":)\s*"[^"]*\""""),
)
_windows: set[int] = set()
"""Hashes of every piece of WINDOW characters of every secret, in every spelling; the secrets themselves are not kept."""


def remember(secret: str) -> None:
    """Have `redact` find this text from now on: plain, URL-encoded, base64, JSON-escaped, whole or in part."""
    for spelling in _spellings(secret):
        _windows.update(hash(spelling[at : at + WINDOW]) for at in range(len(spelling) - WINDOW + 1))


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    raw = secret.encode(errors="surrogatepass")
    for shift, skip in ((0, 0), (1, 2), (2, 3)):
        # Inside a longer text, base64 of the secret starts at one of three places of its first byte.
        encoded = base64.b64encode(bytes(shift) + raw).decode().rstrip("=")
        yield encoded[skip : len(encoded) - (shift + len(raw)) % 3]


def redact(text: str) -> str:
    """Return `text` without any remembered secret and without anything that has the shape of one."""
    hidden: set[int] = set()
    for at in range(len(text) - WINDOW + 1):
        if hash(text[at : at + WINDOW]) in _windows:
            hidden.update(range(at, at + WINDOW))
    kept = (("\0" if at in hidden else character) for at, character in enumerate(text.replace("\0", "�")))
    text = re.sub(r"\0+", REDACTED, "".join(kept))
    for shape in _SHAPES:
        text = shape.sub(REDACTED, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats log records without secrets, and errors as one line in place of a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line: the logger, the message, the error if there was one."""
        error = record.exc_info[1] if record.exc_info else None
        ending = "" if error is None else f": {type(error).__name__}: {error}"
        return redact(f"{record.name}: {record.getMessage()}{ending}")


class Secret:
    """A text that no repr, format, log, pickle or JSON shows."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value
        remember(value)

    def reveal(self) -> str:
        """Return the text itself."""
        return self.__value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __rich__(self) -> str:
        return MASK

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (MASK,)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash(self.__value)


class Credential:
    """An API key and the way it signs; the secret itself stands in no attribute."""

    __slots__ = ("_signature_of", "api_key", "key_type")

    def __init__(self, api_key: Secret, key_type: KeyType, signature_of: Callable[[bytes], str]) -> None:
        self.api_key = api_key
        self.key_type: KeyType = key_type
        self._signature_of = signature_of

    def __repr__(self) -> str:
        return f"Credential({self.key_type})"

    def sign(self, payload: str) -> str:
        """Return the signature of a payload: hex for HMAC, base64 for RSA and Ed25519."""
        return self._signature_of(payload.encode())

    @classmethod
    def hmac(cls, api_key: Secret, secret: str) -> "Credential":
        """Sign with HMAC-SHA256."""
        remember(secret)
        # Keyed once: no frame that signs holds the secret's bytes.
        keyed = hmac.new(secret.encode(), digestmod=hashlib.sha256)

        def signature_of(payload: bytes) -> str:
            running = keyed.copy()
            running.update(payload)
            return running.hexdigest()

        return cls(api_key, "HMAC", signature_of)

    @classmethod
    def private_key(
        cls, api_key: Secret, pem: str, where: str, passphrase: Secret | None = None
    ) -> "Credential":
        """Sign with the Ed25519 or RSA key of a PEM text; `where` names the setting in errors."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        remember("".join(line for line in pem.splitlines() if not line.startswith("-----")))
        try:
            key = load_pem_private_key(
                pem.encode(), None if passphrase is None else passphrase.reveal().encode()
            )
        except (ValueError, TypeError, UnsupportedAlgorithm):
            if passphrase is None:
                raise SettingsError(f"{where}: is not a private key in PEM (PKCS#8)") from None
            raise SettingsError(f"{where}: does not open with that passphrase") from None
        if isinstance(key, Ed25519PrivateKey):
            return cls(api_key, "ED25519", lambda payload: _base64(key.sign(payload)))
        if isinstance(key, RSAPrivateKey):
            padding, digest = PKCS1v15(), SHA256()
            return cls(api_key, "RSA", lambda payload: _base64(key.sign(payload, padding, digest)))
        raise SettingsError(f"{where}: must be an Ed25519 or RSA key")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class KeyPlaces(Protocol):
    """What a profile says about its key."""

    @property
    def api_key(self) -> str | None:
        """The API key."""

    @property
    def private_key_file(self) -> str | None:
        """An Ed25519 or RSA key file."""

    @property
    def passphrase_command(self) -> tuple[str, ...] | None:
        """Prints the passphrase of that file."""

    @property
    def secret_command(self) -> tuple[str, ...] | None:
        """Prints the secret."""

    @property
    def secret_file(self) -> str | None:
        """Holds the secret."""


def from_profile(places: KeyPlaces, where: str) -> Credential | None:
    """Return the credential of a profile, or None when the profile names none.

    The first that is set counts: key file, command, secret file. `where` is what errors call the profile.

    Raises:
        SettingsError: the key cannot be had from there.
    """
    sources = (places.private_key_file, places.secret_command, places.secret_file)
    if places.api_key is None:
        if any(sources):
            raise SettingsError(f"{where}.api_key: is missing")
        return None
    api_key = _api_key(places.api_key, f"{where}.api_key")
    if places.private_key_file is not None:
        setting = f"{where}.private_key_file"
        text = read_private(places.private_key_file, setting)
        return _from_pem(api_key, text, setting, places.passphrase_command, f"{where}.passphrase_command")
    if places.secret_command is not None:
        setting = f"{where}.secret_command"
        return _from_text(api_key, run_command(places.secret_command, setting), setting)
    if places.secret_file is not None:
        setting = f"{where}.secret_file"
        return _from_text(api_key, read_private(places.secret_file, setting), setting)
    raise SettingsError(f"{where}: needs private_key_file, secret_command or secret_file beside api_key")


def take_variables(environment: MutableMapping[str, str]) -> dict[str, str]:
    """Take the variables that hold a credential out of the environment, so that no child process inherits them."""
    return {name: environment.pop(name) for name in VARIABLES if name in environment}


def from_variables(variables: Mapping[str, str]) -> Credential | None:
    """Return the credential of BINANCE_API_KEY and its companion, or None when none is set.

    Raises:
        SettingsError: half of a credential is set, or it is unusable.
    """
    key, secret, path = (variables.get(name, "") for name in VARIABLES)
    if not key and not secret and not path:
        return None
    if not key:
        raise SettingsError("BINANCE_API_KEY: is not set, but its secret is")
    api_key = _api_key(key, "BINANCE_API_KEY")
    if path:
        setting = "BINANCE_PRIVATE_KEY_FILE"
        return _from_pem(
            api_key, read_private(path, setting), setting, None, "passphrase_command of a profile"
        )
    if secret:
        return _from_text(api_key, secret, "BINANCE_API_SECRET")
    raise SettingsError("BINANCE_API_KEY: needs BINANCE_API_SECRET or BINANCE_PRIVATE_KEY_FILE beside it")


def _api_key(text: str, setting: str) -> Secret:
    _check_text(text, setting)
    return Secret(text)


def _check_text(text: str, setting: str) -> None:
    if not text:
        raise SettingsError(f"{setting}: is empty")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError(f"{setting}: must be printable ASCII without spaces")


def _from_text(api_key: Secret, text: str, setting: str) -> Credential:
    if text.startswith("-----BEGIN"):
        return _from_pem(api_key, text, setting, None, "private_key_file with passphrase_command")
    _check_text(text, setting)
    return Credential.hmac(api_key, text)


def _from_pem(
    api_key: Secret,
    text: str,
    setting: str,
    passphrase_command: tuple[str, ...] | None,
    passphrase_setting: str,
) -> Credential:
    passphrase = None
    if "ENCRYPTED" in text:
        if passphrase_command is None:
            raise SettingsError(f"{setting}: is protected by a passphrase, which takes {passphrase_setting}")
        passphrase = Secret(run_command(passphrase_command, passphrase_setting))
    return Credential.private_key(api_key, text, setting, passphrase)


def read_private(path: str, setting: str) -> str:
    """Return the text of a file that only its owner can read.

    A bare name is looked for in systemd's credentials folder first.

    Raises:
        SettingsError: it is missing, a link, not a regular file, another's, or open to others.
    """
    credentials = os.environ.get("CREDENTIALS_DIRECTORY", "")
    place = Path(path).expanduser()
    if credentials and place.name == path and (Path(credentials) / path).exists():
        place = Path(credentials) / path
    is_systemd = bool(credentials) and place.parent == Path(credentials)
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        with open(os.open(place, flags), "rb") as file:
            _check_file(os.fstat(file.fileno()), place, setting, is_systemd)
            return file.read(LARGEST).decode("ascii").strip()
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: {place} is not ASCII text") from None
    except OSError as error:
        problem = "is a symbolic link" if place.is_symlink() else f"cannot be read: {error.strerror}"
        raise SettingsError(f"{setting}: {place} {problem}") from None


def _check_file(status: os.stat_result, place: Path, setting: str, is_systemd: bool) -> None:
    # systemd gives its files to root and opens them to the service by an access list, which shows as group bits.
    owners, forbidden = ((os.geteuid(), 0), 0o007) if is_systemd else ((os.geteuid(),), 0o077)
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError(f"{setting}: {place} is not a regular file")
    if status.st_uid not in owners:
        raise SettingsError(f"{setting}: {place} belongs to another user")
    if status.st_mode & forbidden:
        raise SettingsError(f"{setting}: others can read {place}; run: chmod 600 {shlex.quote(str(place))}")


def run_command(command: tuple[str, ...], setting: str, seconds: float = COMMAND_SECONDS) -> str:
    """Return what a command prints: no shell, no input, its own messages thrown away.

    Raises:
        SettingsError: it cannot be started, fails, or takes too long.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{setting}: gave no answer in {seconds:g} seconds") from None
    except (OSError, ValueError):
        raise SettingsError(f"{setting}: its program could not be started") from None
    if done.returncode != 0:
        raise SettingsError(f"{setting}: ended with exit status {done.returncode}")
    try:
        return done.stdout.decode("ascii").strip()
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: printed something that is not ASCII text") from None


def harden() -> None:
    """Keep secrets out of core dumps, other processes and TLS key logs."""
    os.environ.pop("SSLKEYLOGFILE", None)
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        pr_set_dumpable = 4
        ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)
