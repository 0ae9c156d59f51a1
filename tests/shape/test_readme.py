"""What people can set and say is in the README, and the README promises nothing else."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from server.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"


def _table(heading: str) -> dict[str, list[str]]:
    """The rows under a heading of the README: first cell without its ticks, then the others."""
    text = README.read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line[:1] == "|"]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in rows[2:]}


def _shown(value: object) -> str:
    """A default as the README shows it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    settings = {f"{PREFIX}{field.name.upper()}": field.default for field in fields(Settings)}
    table = _table("Settings")
    assert set(table) == set(settings)
    assert {name: row[0].strip("`") for name, row in table.items()} == {
        name: _shown(default) for name, default in settings.items()
    }


def test_every_setting_is_explained() -> None:
    assert not [name for name, row in _table("Settings").items() if len(row[1].split()) < 3]


def test_every_command_is_in_the_readme() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = set(re.findall(r"^ {4}([a-z]+) {2,}", done.stdout, re.MULTILINE))
    assert listed, done.stdout
    assert {name.split()[0] for name in _table("Commands")} == listed


def test_every_make_target_is_in_the_readme() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documented = {name.removeprefix("make ") for name in _table("For developers")}
    assert documented == targets - {"help"}
