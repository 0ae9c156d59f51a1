"""What the repository may not hold, and lock files that are as new as what they lock."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")

# Their dots are written as classes, so that this file does not find itself.
_HOSTS = re.compile(r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs[.]org|deb[.]debian[.]org")
_MACHINE_PATH = re.compile(r"(^|[^\w.$}])/(work|root|home/\w+)/", re.MULTILINE)


def _kept_files() -> Iterator[tuple[Path, str]]:
    """Every text file that git keeps, with what it says."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file.is_file():
            try:
                yield file, file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a picture or a golden frame


def test_no_package_registry_is_named() -> None:
    assert not [str(file.relative_to(ROOT)) for file, text in _kept_files() if _HOSTS.search(text)]


def test_no_path_of_one_machine_is_named() -> None:
    named = [
        str(file.relative_to(ROOT)) for file, text in _kept_files() if _MACHINE_PATH.search(text)
    ]
    assert not named


def test_npm_keeps_no_address_in_its_lock_file() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]


def test_the_npm_lock_file_knows_every_platform() -> None:
    # npm leaves out what its registry did not have, and then refuses its own lock file.
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    names = {path.rsplit("node_modules/", 1)[-1] for path in packages}
    optional = {
        name for entry in packages.values() for name in entry.get("optionalDependencies", ())
    }
    assert not optional - names


def _pinned(lock: str) -> dict[str, str]:
    """Name → version of a lock file."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def _asked_for() -> dict[str, list[Requirement]]:
    """Lock file → what pyproject.toml asks for in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    lists = (project["project"]["dependencies"], groups["dev"], groups["node"])
    return {lock: [*map(Requirement, wanted)] for lock, wanted in zip(LOCKS, lists, strict=True)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_what_pyproject_asks_for(lock: str) -> None:
    pinned = _pinned(lock)
    for wanted in _asked_for()[lock]:
        version = pinned.get(canonicalize_name(wanted.name), "nothing")
        assert str(wanted.specifier) == f"=={version}", f"{lock}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_a_lock_file_pins_all_that_its_packages_need(lock: str) -> None:
    pinned = _pinned(lock)
    waiting = [wanted for wanted in _asked_for()[lock] if _applies(wanted, {""})]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        assert name in pinned, f"{lock} has no {name}: run `make lock`"
        waiting += [
            needed for text in requires(name) or () if _applies(needed := Requirement(text), extras)
        ]
    elsewhere = set(pinned) - {name for name, _ in seen}
    # Left: packages that only other systems or Pythons need, which the lock file says by a marker.
    for other in elsewhere:
        line = re.search(rf"^{re.escape(other)}==.*;", (ROOT / lock).read_text(), re.MULTILINE)
        assert line, f"{lock} pins {other}, which nothing needs: run `make lock`"


def _applies(wanted: Requirement, extras: set[str] | frozenset[str]) -> bool:
    marker = wanted.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    entries = re.split(r"^(?=[\w.-]+==)", (ROOT / lock).read_text(), flags=re.MULTILINE)
    assert not [entry[:40] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]
