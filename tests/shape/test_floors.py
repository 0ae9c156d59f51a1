"""Imports point downward only, on the server and on the client."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CLIENT = ROOT / "client"

# Which floor each folder of the client stands on; every folder not named here is a feature.
FLOORS = {"pages": 3, "editor": 1, "live": 1, "wire": 0}
FEATURE = 2
# Folders that hold no TypeScript of ours.
NOT_CODE = {"dist", "styles", "templates"}

_IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")


def test_the_server_keeps_its_floors() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def client_imports() -> list[tuple[Path, Path]]:
    """Every relative import of the client, as (importing file, imported file)."""
    return [
        (file, (file.parent / target).resolve())
        for folder in sorted(CLIENT.iterdir())
        if folder.is_dir() and folder.name not in NOT_CODE
        for file in sorted(folder.rglob("*.ts"))
        for target in _IMPORT.findall(file.read_text())
    ]


def may_import(importer: str, imported: str) -> bool:
    """Whether code in one folder of the client may know another one."""
    above, below = FLOORS.get(importer, FEATURE), FLOORS.get(imported, FEATURE)
    return importer == imported or above > below or above == below == FEATURE


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("pages", "drafting", True),
        ("drafting", "listening", True),
        ("drafting", "editor", True),
        ("editor", "live", False),
        ("live", "editor", False),
        ("live", "wire", True),
        ("wire", "live", False),
        ("drafting", "pages", False),
    ],
)
def test_the_floors_of_the_client_are_these(importer: str, imported: str, allowed: bool) -> None:
    assert may_import(importer, imported) is allowed


def test_the_client_keeps_its_floors() -> None:
    upward = []
    for file, target in client_imports():
        if CLIENT not in target.parents or len(target.relative_to(CLIENT).parts) < 2:
            continue
        importer = file.relative_to(CLIENT).parts[0]
        imported = target.relative_to(CLIENT).parts[0]
        if imported not in NOT_CODE and not may_import(importer, imported):
            upward.append(f"{file.relative_to(ROOT)} imports {target.relative_to(ROOT)}")
    assert not upward
