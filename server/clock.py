"""The time and new ids, in one place so that tests can replace both."""

import base64
import secrets
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A random id of 16 lower-case letters and digits (80 bits), safe in addresses and files."""
    return base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower()
