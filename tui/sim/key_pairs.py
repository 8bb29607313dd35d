"""Key pairs that follow from a seed. For a simulated exchange only: whoever knows the seed knows the key."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from math import gcd

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KeyPair = tuple[bytes, Callable[[bytes, bytes], bool]]
"""The private half in PEM, and a function that says whether a signature belongs to a message."""

EXPONENT = 65537
SMALL_PRIMES = [
    number for number in range(3, 2000) if all(number % part for part in range(2, int(number**0.5) + 1))
]


def ed25519(seed: bytes) -> KeyPair:
    """Make the Ed25519 pair of a 32-byte seed."""
    private_key = Ed25519PrivateKey.from_private_bytes(seed)
    public_key = private_key.public_key()

    def verifies(signature: bytes, message: bytes) -> bool:
        try:
            public_key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), verifies


def rsa_2048(seed: bytes) -> KeyPair:
    """Make the RSA pair of a seed; signatures are RSASSA-PKCS1-v1_5 with SHA-256."""
    found = primes(random.Random(seed))
    first, second = next(found), next(found)
    exponent = pow(EXPONENT, -1, (first - 1) * (second - 1))
    private_key = rsa.RSAPrivateNumbers(
        first,
        second,
        exponent,
        exponent % (first - 1),
        exponent % (second - 1),
        pow(second, -1, first),
        rsa.RSAPublicNumbers(EXPONENT, first * second),
    ).private_key()
    public_key = private_key.public_key()

    def verifies(signature: bytes, message: bytes) -> bool:
        try:
            public_key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), verifies


def primes(chooser: random.Random) -> Iterator[int]:
    """Primes of 1024 bits whose product has 2048, in the order a seeded chooser finds them."""
    while True:
        candidate = chooser.getrandbits(1024) | (3 << 1022) | 1
        if any(candidate % prime == 0 for prime in SMALL_PRIMES) or gcd(candidate - 1, EXPONENT) != 1:
            continue
        if all(is_probable_prime(candidate, chooser.randrange(2, candidate - 1)) for _ in range(8)):
            yield candidate


def is_probable_prime(candidate: int, witness: int) -> bool:
    """One round of the Miller-Rabin test."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    power = pow(witness, odd, candidate)
    if power in (1, candidate - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % candidate
        if power == candidate - 1:
            return True
    return False
