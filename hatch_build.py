"""The build hook: a wheel or source archive always holds the built client, or is not made.

So whoever installs the wheel needs no Node.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuiltClient(BuildHookInterface[Any]):
    """Refuse to build without the client's files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        manifest = Path(self.root, "client", "dist", "manifest.json")
        if version != "editable" and not manifest.is_file():
            raise FileNotFoundError(
                f"{manifest} is missing: run `make wheel`, which builds the client first."
            )
