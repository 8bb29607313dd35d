"""The account's three API keys, all made from the seed, so that a restarted exchange still knows its clients."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

Kind = Literal["hmac", "ed25519", "rsa"]
KINDS: tuple[Kind, ...] = ("hmac", "ed25519", "rsa")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class ApiKey:
    """One API key with the half that proves it."""

    kind: Kind
    api_key: str
    """64 letters and digits; what a client sends."""
    secret: str = field(default="", repr=False)
    """The shared secret of an HMAC key."""
    private_key: bytes = field(default=b"", repr=False)
    """The private half of an Ed25519 or RSA key, PKCS#8 in PEM."""
    verifies: Callable[[bytes, bytes], bool] = field(default=lambda signature, message: False, repr=False)
    """Whether a raw signature belongs to a message; asymmetric keys only."""


def letters(text: str) -> str:
    """64 letters and digits that follow from a text."""
    chooser = random.Random(hashlib.sha256(text.encode()).digest())
    return "".join(chooser.choices(LETTERS, k=64))


class Keys:
    """The keys of the simulated account. Asymmetric ones are made when first asked for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.names: dict[str, Kind] = {letters(f"{kind} api key {seed}"): kind for kind in KINDS}

    def __getitem__(self, kind: Kind) -> ApiKey:
        """The key of a kind."""
        return {"hmac": lambda: self.hmac, "ed25519": lambda: self.ed25519, "rsa": lambda: self.rsa}[kind]()

    def find(self, api_key: str) -> ApiKey | None:
        """The key a client names, if it is one of ours."""
        kind = self.names.get(api_key)
        return None if kind is None else self[kind]

    def name(self, kind: Kind) -> str:
        """What a client sends as `apiKey` for a kind of key."""
        return next(name for name, one in self.names.items() if one == kind)

    @cached_property
    def hmac(self) -> ApiKey:
        """The HMAC-SHA256 key."""
        return ApiKey("hmac", self.name("hmac"), secret=letters(f"hmac secret {self.seed}"))

    @cached_property
    def ed25519(self) -> ApiKey:
        """The Ed25519 key: the only kind that can log a session on."""
        return self.asymmetric("ed25519")

    @cached_property
    def rsa(self) -> ApiKey:
        """The RSA key, 2048 bits."""
        return self.asymmetric("rsa")

    def asymmetric(self, kind: Kind) -> ApiKey:
        """Make the key pair of a kind."""
        from tui.sim import key_pairs  # cryptography is slow to load, and the demo signs with HMAC

        make = key_pairs.ed25519 if kind == "ed25519" else key_pairs.rsa_2048
        private_key, verifies = make(hashlib.sha256(f"{kind} private key {self.seed}".encode()).digest())
        return ApiKey(kind, self.name(kind), private_key=private_key, verifies=verifies)


class KeyFiles:
    """Private keys written out for other programs: mode 0600, in a directory of their own that goes away."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.directory = Path(tempfile.mkdtemp(prefix="perptop-simulated-keys-"))

    def __enter__(self) -> KeyFiles:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()

    def path(self, kind: Kind) -> Path:
        """The file of the private key of a kind, written on the first call."""
        path = self.directory / f"{kind}.pem"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.keys[kind].private_key)
        return path

    def remove(self) -> None:
        """Delete the directory and all keys in it."""
        shutil.rmtree(self.directory, ignore_errors=True)
