"""Every setting of the server, read from the environment here and nowhere else.

`data_folder=/srv/charter` is set with `OUR_CHARTER_DATA_FOLDER=/srv/charter`; README.md lists all.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from server.errors import BadSetting

PREFIX = "OUR_CHARTER_"
_TRUE = {"1", "yes", "true", "on"}
_FALSE = {"0", "no", "false", "off"}


@dataclass(frozen=True)
class Settings:
    """What a person who runs the server can choose. Times are in seconds, sizes in bytes."""

    # Where things are
    data_folder: Path = Path("var")
    # What holds a password is never shown: not in a log, not in an error.
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None

    # Who helps, and how long links and sessions last
    help_name: str = "an organiser of your group"
    help_contact: str | None = None
    session_days: int = 90
    invitation_days: int = 14
    time_zone: str = "Europe/London"

    # Secrets and doors
    secret: str | None = field(default=None, repr=False)
    proxies: str = "127.0.0.1"

    # Sending e-mail
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None

    # What is told to those who run it
    metrics: bool = False
    log_format: str = "console"
    log_level: str = "info"

    # Limits of live writing
    frame_limit: int = 1024 * 1024
    document_limit: int = 4 * 1024 * 1024
    frames_per_second: int = 200
    reader_queue_limit: int = 1024 * 1024
    reader_patience: float = 30.0

    # How live writing is paced
    settle_after: float = 1.0
    settle_at_most: float = 5.0
    sitting_quiet: float = 600.0
    tick_per_reader: float = 60e-6
    tick_at_most: float = 0.05
    presence_tick: float = 0.1

    # The processes that open documents
    engine_workers: int = 1
    engine_seconds: float = 10.0
    engine_memory: int = 512 * 1024 * 1024

    @property
    def database(self) -> str:
        """The address of the database: the one set, else an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_folder / 'charter.sqlite'}"

    @property
    def address(self) -> str:
        """Where people find us, without a slash at the end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that cookies may say so."""
        return urlsplit(self.address).scheme == "https"

    def make_data_folder(self) -> None:
        """Make the data folder, for whoever runs us alone.

        One that is there keeps its rights: others may be meant to read it, and `doctor` tells.
        """
        self.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, **chosen: object
    ) -> "Settings":
        """The settings of the environment, with what was chosen on the command line on top.

        Raises BadSetting, naming the variable, when a value cannot be read.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in fields(cls):
            name = PREFIX + each.name.upper()
            if environment.get(name):  # an empty one is as good as none
                values[each.name] = _read(name, environment[name], each.type)
        values |= {name: value for name, value in chosen.items() if value is not None}
        return cls(**values)


def _read(name: str, text: str, wanted: Any) -> Any:
    kind = next((kind for kind in get_args(wanted) if kind is not type(None)), wanted)
    if kind is bool:
        if text.lower() not in _TRUE | _FALSE:
            raise BadSetting(f"{name} must be yes or no, not {text!r}.")
        return text.lower() in _TRUE
    try:
        value = kind(text)
    except ValueError:
        raise BadSetting(f"{name} must be a number, not {text!r}.") from None
    # Any free port can be asked for with 0; of all else that is counted there must be one.
    least = 1 if kind is int and name != f"{PREFIX}PORT" else 0
    if kind in {int, float} and not least <= value < inf:
        raise BadSetting(f"{name} must be {least} or more, not {text!r}.")
    return value


def bundled(*parts: str) -> Path:
    """A file or folder that comes with the program: `bundled("client", "templates")`.

    In a checkout these stand beside `server/`; in an installed wheel, inside it.
    """
    package = Path(__file__).parent
    inside = package / "_bundled"
    return (inside if inside.is_dir() else package.parent).joinpath(*parts)
