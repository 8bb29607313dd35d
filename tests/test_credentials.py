"""Keys: where they come from, how they sign, and that nothing shows them."""

import base64
import copy
import json
import logging
import os
import pickle
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from rich.pretty import pretty_repr

from tui import credentials
from tui.credentials import (
    MASK,
    REDACTED,
    Credential,
    RedactingFormatter,
    Secret,
    from_profile,
    from_variables,
    redact,
    remember,
    run_command,
    take_variables,
)
from tui.errors import SettingsError
from tui.settings import Profile

API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
CANARY = 'canary+with/odd=signs"and\\quotes'


def pem_of(
    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, word: str = ""
) -> str:
    """A private key as a PEM (PKCS#8) text, with a passphrase if one is given."""
    encryption = (
        serialization.BestAvailableEncryption(word.encode()) if word else serialization.NoEncryption()
    )
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def written(path: Path, text: str, mode: int = 0o600) -> str:
    """Write a file of that mode and return its name."""
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def printing(text: str) -> tuple[str, ...]:
    """A command that prints a text."""
    return (sys.executable, "-c", f"print({text!r})")


@pytest.mark.parametrize("show", [str, repr, format, pretty_repr, lambda secret: f"{secret:>9}{[secret]}"])
def test_a_secret_shows_as_a_mask(show: object) -> None:
    """No way of making text of a secret shows it."""
    assert callable(show)
    shown = show(Secret(SECRET))
    assert SECRET not in shown
    assert MASK in shown


def test_a_secret_does_not_travel() -> None:
    """Pickle and copy get the mask, JSON refuses, and only `reveal` gives the text."""
    secret = Secret(SECRET)
    assert SECRET.encode() not in pickle.dumps(secret)
    assert copy.deepcopy(secret) == MASK
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert secret.reveal() == SECRET


def test_secrets_compare_by_value() -> None:
    """Two secrets of one text are equal, and a secret is never equal to a text."""
    assert Secret(SECRET) == Secret(SECRET)
    assert Secret(SECRET) != Secret(API_KEY)
    assert Secret(SECRET) != SECRET
    assert len({Secret(SECRET), Secret(SECRET)}) == 1


@pytest.mark.parametrize(
    "spelled",
    [
        CANARY,
        quote(CANARY, safe=""),
        json.dumps(CANARY)[1:-1],
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(b"u:" + CANARY.encode() + b"!").decode(),
        CANARY[5:21],
    ],
)
def test_a_remembered_secret_is_found_in_every_spelling(spelled: str) -> None:
    """Plain, URL-encoded, JSON-escaped, base64 at any offset and pieces of 16 characters are redacted."""
    remember(CANARY)
    clean = redact(f"before {spelled} after")
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    assert REDACTED in clean
    assert not any(spelled[at : at + 16] in clean for at in range(len(spelled) - 15))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key " + "a1B2" * 16 + ".", f"key {REDACTED}."),
        ("?a=b&signature=abc%3D&c=d", f"?a=b&signature={REDACTED}&c=d"),
        ("/ws?listenKey=xyz", f"/ws?listenKey={REDACTED}"),
        ('{"signature": "abc", "id": 1}', f'{{"signature":{REDACTED}, "id": 1}}'),
        ("x -----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY----- y", f"x {REDACTED} y"),
        ("x -----BEGIN PRIVATE KEY-----\nMC4C", f"x {REDACTED}"),
        ("BTCUSDT 61204.10 at 1720736417660", "BTCUSDT 61204.10 at 1720736417660"),
        ("a1B2" * 16 + "c", "a1B2" * 16 + "c"),
        ("", ""),
    ],
)
def test_what_looks_like_a_secret_is_redacted(text: str, clean: str) -> None:
    """Shapes of keys, signatures, listen keys and PEM blocks go; other text stays."""
    assert redact(text) == clean


def test_log_records_are_redacted_with_their_errors() -> None:
    """A record becomes one line without secrets: no traceback, only what the error was."""
    remember(CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.LogRecord("x", 40, "", 0, "failed with %s", (CANARY,), sys.exc_info())
    text = RedactingFormatter().format(record)
    assert text == f"x: failed with {REDACTED}: ValueError: {REDACTED}"


def test_hmac_signs_as_binance_documents() -> None:
    """The documented payload gives the documented digest."""
    payload = (
        f"apiKey={API_KEY}&newOrderRespType=ACK&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL"
        "&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT"
    )
    credential = Credential.hmac(Secret(API_KEY), SECRET)
    assert credential.key_type == "HMAC"
    wanted = "cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a"
    assert credential.sign(payload) == wanted
    assert credential.sign(payload) == wanted


def test_ed25519_signs_what_its_public_key_verifies() -> None:
    """The signature is base64 of Ed25519 over the payload."""
    key = ed25519.Ed25519PrivateKey.generate()
    credential = Credential.private_key(Secret(API_KEY), pem_of(key), "here")
    assert credential.key_type == "ED25519"
    key.public_key().verify(
        base64.b64decode(credential.sign("symbol=币安人生USDT")), "symbol=币安人生USDT".encode()
    )


def test_rsa_signs_what_its_public_key_verifies() -> None:
    """The signature is base64 of RSASSA-PKCS1-v1_5 with SHA-256 over the payload."""
    key = rsa.generate_private_key(65537, 2048)
    credential = Credential.private_key(Secret(API_KEY), pem_of(key), "here")
    assert credential.key_type == "RSA"
    signature = base64.b64decode(credential.sign("a=b"))
    key.public_key().verify(signature, b"a=b", padding.PKCS1v15(), hashes.SHA256())


def test_no_frame_that_signs_holds_the_secret() -> None:
    """When signing fails, the locals of its frames show no secret."""
    credential = Credential.hmac(Secret(API_KEY), SECRET)
    with pytest.raises(UnicodeEncodeError) as caught:
        credential.sign("\ud800")
    for entry in caught.traceback[1:]:
        assert SECRET not in repr(entry.frame.f_locals)
    assert SECRET not in repr(credential)


def test_other_keys_are_refused() -> None:
    """An elliptic curve key is a private key, but not one that Binance takes."""
    pem = pem_of(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SettingsError, match=r"^here: must be an Ed25519 or RSA key"):
        Credential.private_key(Secret(API_KEY), pem, "here")


def test_a_profile_with_a_key_file(tmp_path: Path) -> None:
    """A private key file wins over a secret command."""
    pem = pem_of(ed25519.Ed25519PrivateKey.generate())
    path = written(tmp_path / "key.pem", pem)
    profile = Profile(api_key=API_KEY, private_key_file=path, secret_command=("false",))
    credential = from_profile(profile, "profiles.a")
    assert credential is not None
    assert (credential.key_type, credential.api_key.reveal()) == ("ED25519", API_KEY)


def test_a_key_file_with_a_passphrase(tmp_path: Path) -> None:
    """A protected key opens with what the passphrase command prints, and not otherwise."""
    path = written(tmp_path / "key.pem", pem_of(ed25519.Ed25519PrivateKey.generate(), word="open sesame"))
    right = Profile(api_key=API_KEY, private_key_file=path, passphrase_command=printing("open sesame"))
    credential = from_profile(right, "profiles.a")
    assert credential is not None
    assert credential.key_type == "ED25519"
    wrong = Profile(api_key=API_KEY, private_key_file=path, passphrase_command=printing("shut"))
    with pytest.raises(SettingsError, match="private_key_file: does not open with that passphrase"):
        from_profile(wrong, "profiles.a")
    with pytest.raises(SettingsError, match=r"takes profiles.a.passphrase_command"):
        from_profile(Profile(api_key=API_KEY, private_key_file=path), "profiles.a")


def test_a_profile_with_a_secret_command() -> None:
    """The secret is what the command prints, without the end of the line."""
    credential = from_profile(Profile(api_key=API_KEY, secret_command=printing(SECRET)), "profiles.a")
    assert credential is not None
    assert credential.sign("a=b") == Credential.hmac(Secret(API_KEY), SECRET).sign("a=b")


def test_a_profile_with_a_secret_file(tmp_path: Path) -> None:
    """The secret is the text of the file; a PEM text there is a private key."""
    path = written(tmp_path / "secret", f"{SECRET}\n")
    credential = from_profile(Profile(api_key=API_KEY, secret_file=path), "profiles.a")
    assert credential is not None
    assert credential.key_type == "HMAC"
    written(tmp_path / "secret", pem_of(ed25519.Ed25519PrivateKey.generate()))
    credential = from_profile(Profile(api_key=API_KEY, secret_file=path), "profiles.a")
    assert credential is not None
    assert credential.key_type == "ED25519"


def test_a_profile_without_a_key() -> None:
    """A profile that says nothing about a key has none; half of one is an error."""
    assert from_profile(Profile(), "profiles.a") is None
    with pytest.raises(
        SettingsError, match=r"profiles\.a: needs private_key_file, secret_command or secret_file"
    ):
        from_profile(Profile(api_key=API_KEY), "profiles.a")
    with pytest.raises(SettingsError, match=r"profiles\.a\.api_key: is missing"):
        from_profile(Profile(secret_file="x"), "profiles.a")


@pytest.mark.parametrize("key", ["", "two words", "naïve", "line\nbreak", "tab\t"])
def test_an_api_key_is_plain_text(key: str) -> None:
    """An API key with spaces or other signs is refused without being shown."""
    with pytest.raises(SettingsError, match=r"^profiles\.a\.api_key: ") as refusal:
        from_profile(Profile(api_key=key, secret_command=printing(SECRET)), "profiles.a")
    assert not key or key not in str(refusal.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """A secret that others can read is refused with the command that closes it."""
    path = written(tmp_path / "a secret", SECRET, mode)
    with pytest.raises(SettingsError, match=f"secret_file: .*run: chmod 600 '{path}'"):
        from_profile(Profile(api_key=API_KEY, secret_file=path), "profiles.a")


def test_a_link_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    """A symbolic link is not followed to a secret."""
    target = written(tmp_path / "secret", SECRET)
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(SettingsError, match="is a symbolic link"):
        from_profile(Profile(api_key=API_KEY, secret_file=str(tmp_path / "link")), "profiles.a")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe and binary data each have their sentence; none of them waits."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    (tmp_path / "binary").chmod(0o600)
    for name, problem in (
        ("none", "No such file"),
        ("", "not a regular file|Is a directory"),
        ("pipe", "not a regular file"),
        ("binary", "not ASCII"),
    ):
        with pytest.raises(SettingsError, match=rf"profiles\.a\.secret_file: .*({problem})"):
            from_profile(Profile(api_key=API_KEY, secret_file=str(tmp_path / name)), "profiles.a")


def test_systemd_credentials_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name is looked for in systemd's folder, whose files may show group bits."""
    written(tmp_path / "binance", SECRET, 0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    credential = from_profile(Profile(api_key=API_KEY, secret_file="binance"), "profiles.a")
    assert credential is not None
    assert credential.key_type == "HMAC"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (f"import sys; print({SECRET!r}); print({SECRET!r}, file=sys.stderr); sys.exit(3)", "exit status 3"),
        ("print(chr(228))", "not ASCII"),
        ("print()", "is empty"),
        ("import sys; print(sys.stdin.read())", "is empty"),
    ],
)
def test_a_failing_command_shows_nothing_of_its_own(
    code: str, problem: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Only the exit status of a failing command is told; what it printed is thrown away, and it has no input."""
    command = (sys.executable, "-X", "utf8", "-c", code)
    with pytest.raises(SettingsError, match=rf"profiles\.a\.secret_command: .*{problem}") as refusal:
        from_profile(Profile(api_key=API_KEY, secret_command=command), "profiles.a")
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert capfd.readouterr() == ("", "")


def test_a_command_that_hangs_or_is_absent() -> None:
    """A command has a limited time, and one that does not exist is an error of the setting."""
    with pytest.raises(SettingsError, match=r"here: gave no answer in 0.05 seconds"):
        run_command((sys.executable, "-c", "import signal; signal.pause()"), "here", 0.05)
    with pytest.raises(SettingsError, match="here: its program could not be started"):
        run_command(("/no/such/program",), "here")


def test_the_environment_is_read_once() -> None:
    """The variables give a credential and are gone afterwards."""
    environment = {"BINANCE_API_KEY": API_KEY, "BINANCE_API_SECRET": SECRET, "HOME": "/"}
    credential = from_variables(take_variables(environment))
    assert credential is not None
    assert credential.key_type == "HMAC"
    assert environment == {"HOME": "/"}
    assert from_variables(take_variables(environment)) is None


def test_a_key_file_from_the_environment(tmp_path: Path) -> None:
    """BINANCE_PRIVATE_KEY_FILE names a key file."""
    path = written(tmp_path / "key.pem", pem_of(ed25519.Ed25519PrivateKey.generate()))
    credential = from_variables({"BINANCE_API_KEY": API_KEY, "BINANCE_PRIVATE_KEY_FILE": path})
    assert credential is not None
    assert credential.key_type == "ED25519"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"BINANCE_API_KEY": API_KEY}, "BINANCE_API_KEY: needs BINANCE_API_SECRET or"),
        ({"BINANCE_API_SECRET": SECRET}, "BINANCE_API_KEY: is not set"),
        ({"BINANCE_API_KEY": API_KEY, "BINANCE_API_SECRET": "a b"}, "BINANCE_API_SECRET: must be printable"),
        (
            {"BINANCE_API_KEY": API_KEY, "BINANCE_API_SECRET": "-----BEGIN PRIVATE KEY-----"},
            "BINANCE_API_SECRET: is not a private key",
        ),
    ],
)
def test_half_a_credential_in_the_environment(environment: dict[str, str], message: str) -> None:
    """What is missing or unusable is named by its variable."""
    with pytest.raises(SettingsError, match=f"^{message}"):
        from_variables(environment)


def test_short_texts_are_not_searched_for() -> None:
    """A short secret would mangle every other text, so only its place is guarded."""
    before = len(credentials._windows)
    remember("short")
    assert len(credentials._windows) == before
    assert redact("short") == "short"
