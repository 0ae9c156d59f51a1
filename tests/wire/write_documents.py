"""Write documents.json: `python -m tests.wire.write_documents [PATH OF NODE]`.

Those of Yjs and y-prosemirror come from write_documents.mjs with what they must read as, written
by hand there; those of pycrdt are the same valid Charters written by `server.writing.document`.
"""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from server.writing import document
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import from_json

HERE = Path(__file__).parent
VALID = ("empty", "whole", "tongues", "order", "edited", "together")


def charter_from(json_form: dict[str, Any]) -> Charter:
    """The Charter that `charter.to_json` wrote."""
    return Charter(
        title=json_form["title"],
        summary=json_form["summary"],
        language=json_form["language"],
        items=tuple(
            Item(
                id=item["id"],
                kind=Kind(item["kind"]),
                position=item["position"],
                words=from_json(item["words"]),
                meaning=from_json(item["meaning"]),
                picture=item["picture"],
                why=from_json(item["why"]),
                left_out=item["left_out"],
                origins=tuple(item["origins"]),
            )
            for item in json_form["items"]
        ),
    )


def by_yjs(node: str) -> list[dict[str, Any]]:
    """The documents that Yjs and y-prosemirror write: the same bytes each time."""
    printed = subprocess.run(
        [node, str(HERE / "write_documents.mjs")], check=True, capture_output=True
    ).stdout
    goldens: list[dict[str, Any]] = json.loads(printed)
    return goldens


def by_pycrdt(goldens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The valid ones of these, written by pycrdt: where a text has two marks, in any order."""
    found = []
    for golden in [golden for golden in goldens if golden["name"] in VALID]:
        state = document.new_state(charter_from(golden["charter"]), client_id=1)
        found.append(
            golden
            | {
                "name": f"{golden['name']}, by pycrdt",
                "writer": "pycrdt",
                "update": base64.b64encode(state).decode(),
            }
        )
    return found


if __name__ == "__main__":
    made = by_yjs(sys.argv[1] if len(sys.argv) > 1 else "node")
    everything = json.dumps([*made, *by_pycrdt(made)], ensure_ascii=False, indent=1)
    (HERE / "documents.json").write_text(everything + "\n", encoding="utf-8")
