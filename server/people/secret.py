"""The server's own secret, for what is too short to be kept as a plain hash."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from server.settings import Settings

FILE = "secret"


def secret_of(settings: Settings) -> bytes:
    """The secret that was set, else the one in the data folder, made there when it is missing.

    The file can be read by its owner alone. Servers that share a database need the same secret set.
    """
    if settings.secret is not None:
        return settings.secret.encode()
    file = settings.data_folder / FILE
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    with os.fdopen(handle, "wb") as opened:
        made = secrets.token_urlsafe(32).encode()
        opened.write(made)
    return made


def keyed_hash(secret: bytes, code: str) -> str:
    """What we keep of a short code: whoever has only the database cannot try all codes."""
    return hmac.new(secret, code.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _read(file: Path) -> bytes:
    return file.read_bytes().strip()
