"""All tables of the server, wherever they stand: made once, and copied for each test."""

import shutil
from importlib import import_module
from pathlib import Path

import server
from server.store import Base, Store

SERVER = Path(server.__file__).parent


def import_all_tables() -> None:
    """Import every `tables` module, so that the metadata knows every table."""
    for file in sorted(SERVER.glob("*/tables.py")):
        import_module(f"server.{file.parent.name}.tables")


def make_tables(address: str) -> None:
    """Make every table in an empty database."""
    import_all_tables()
    engine = Store(address).plain_engine()
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    engine.dispose()


class SqliteTemplate:
    """A database file with every table in it, made when it is first copied."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"

    def copy_to(self, file: Path) -> None:
        if not self._file.exists():
            make_tables(f"sqlite:///{self._file}")
        shutil.copyfile(self._file, file)
