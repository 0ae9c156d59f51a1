"""Tests mirror modules: `server/live/room.py` is tested in `tests/server/live/test_room.py`."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SERVER = ROOT / "server"
TESTS = ROOT / "tests" / "server"

# What has no test file of its own, and why.
TESTED_ELSEWHERE = {
    "__main__.py": "tests/server/test_commands.py runs it as a process",
    "bus/port.py": "a protocol: test_bus.py is the acceptance suite of both adapters",
}


def _is_empty(module: Path) -> bool:
    """Whether a module holds nothing that runs: only a docstring and names made public."""
    return module.name == "__init__.py"


def test_every_test_file_names_a_module() -> None:
    strays = [
        str(test.relative_to(ROOT))
        for test in sorted(TESTS.rglob("test_*.py"))
        if not _tested_by(test)
    ]
    assert not strays


def _tested_by(test: Path) -> bool:
    """Whether the module, or the whole feature, that a test file is named after exists."""
    noun = test.stem.removeprefix("test_")
    folder = SERVER / test.parent.relative_to(TESTS)
    return any(
        place.exists() for place in (folder / f"{noun}.py", folder / noun, SERVER / f"{noun}.py")
    ) or (folder.name == noun and folder.is_dir())


def test_every_module_is_tested() -> None:
    untested = []
    for module in sorted(SERVER.rglob("*.py")):
        name = module.relative_to(SERVER)
        if _is_empty(module) or name.parts[0] == "migrations" or str(name) in TESTED_ELSEWHERE:
            continue
        if module.stem == "tables":
            continue  # declarations only: every other test of the feature goes through them
        if not (TESTS / name.parent / f"test_{module.stem}.py").is_file():
            untested.append(str(name))
    assert not untested


def test_every_exception_still_exists() -> None:
    assert all((SERVER / name).is_file() for name in TESTED_ELSEWHERE)
