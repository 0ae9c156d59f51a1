"""All tables of the server, wherever they stand."""

from importlib import import_module
from pathlib import Path

import server

SERVER = Path(server.__file__).parent


def import_all_tables() -> None:
    """Import every `tables` module, so that the metadata knows every table."""
    for file in sorted(SERVER.glob("*/tables.py")):
        import_module(f"server.{file.parent.name}.tables")
