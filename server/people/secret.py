"""The server's own secret, for what is too short to be kept as a plain hash."""

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from server import logs
from server.errors import BadSetting
from server.settings import PREFIX, Settings

log = logs.logger(__name__)

FILE = "secret"
# Fewer letters could be guessed.
SHORTEST = 32
_OTHERS = 0o077


def secret_of(settings: Settings) -> bytes:
    """The secret that was set, else the one in the data folder, made there when it is missing.

    Servers that share a database need the same secret set. Raises BadSetting for one too short.
    """
    if settings.secret is not None:
        if len(settings.secret) < SHORTEST:
            raise BadSetting(f"{PREFIX}SECRET is too short. Use {SHORTEST} characters or more.")
        return settings.secret.encode()
    file = settings.data_folder / FILE
    settings.make_data_folder()
    if not file.exists():
        _make(file)
    return _read(file)


def _make(file: Path) -> None:
    """Make the file whole or not at all, for its owner alone; of two at once one wins."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{FILE}-")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(secrets.token_urlsafe(32).encode())
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(made, file)
    finally:
        made.unlink()


def keyed_hash(secret: bytes, code: str) -> str:
    """What we keep of a short code: whoever has only the database cannot try all codes."""
    return hmac.new(secret, code.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _read(file: Path) -> bytes:
    """What it says. Whoever else could read it cannot any more."""
    if file.stat().st_mode & _OTHERS:
        log.warning("secret_was_open")
        file.chmod(0o600)
    kept = file.read_bytes().strip()
    if len(kept) < SHORTEST:
        raise BadSetting(f"The file {file} is too short. Take it away, and start again.")
    return kept
