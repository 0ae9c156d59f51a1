"""Secrets in links, cookies and headers: 256 random bits, of which we keep only a SHA-256.

A plain hash is enough, and fast: nobody can guess 256 random bits, so nothing needs stretching.
A row is found by its hash through a unique index; the secret itself is never compared.
"""

import hashlib
import secrets
from typing import NamedTuple


class Token(NamedTuple):
    """A new secret to hand out once, and what we keep of it."""

    secret: str
    hash: str


def new_token() -> Token:
    """A new secret of 43 characters that stand in an address as they are."""
    secret = secrets.token_urlsafe(32)
    return Token(secret, hash_of(secret))


def hash_of(secret: str) -> str:
    """The SHA-256 of a secret, in 64 hexadecimal digits. Any text is taken, surrogates too."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
