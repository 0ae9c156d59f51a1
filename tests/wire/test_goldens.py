"""Golden cases are made again and compared, so that nobody mends them by hand."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.real_parts import missing
from tests.wire.write_documents import by_yjs

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

pytestmark = pytest.mark.node


@pytest.fixture
def node() -> str:
    """Node, with the packages that the golden cases are made by."""
    found = shutil.which("node")
    if found is None or not (ROOT / "node_modules" / "y-prosemirror").is_dir():
        missing("Node and the packages of package-lock.json are not here: run `make client`")
    return found


def test_documents_are_what_yjs_writes(node: str) -> None:
    kept = json.loads((HERE / "documents.json").read_text(encoding="utf-8"))
    assert by_yjs(node) == [golden for golden in kept if golden["writer"] == "yjs"]


@pytest.mark.parametrize("name", ["editions", "frames", "positions", "wordings"])
def test_cases_are_what_their_script_prints(node: str, name: str) -> None:
    script = HERE / f"write_{name}.mjs"
    printed = subprocess.run([node, str(script)], check=True, capture_output=True).stdout
    assert printed == (HERE / f"{name}.json").read_bytes()
