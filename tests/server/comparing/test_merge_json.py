import json

from server.comparing import align, whole
from server.comparing.merge_json import merge_json
from tests.server.comparing.test_listing import BASE, A, B, C, charter

OURS = charter(
    "a: We choose who we live with.", "b: We knock before you come in.", "c cup: I cook."
)
THEIRS = charter("a: They choose.", "b: You knock before you come inside.", C, "d: I rest.")


def test_a_merge_as_json_has_the_documented_form() -> None:
    merges = whole.merge_charters(BASE, OURS, THEIRS)
    sides = align.compare(BASE, OURS), align.compare(BASE, THEIRS)
    found = merge_json(merges, *sides, ["base.md", "ours.md", "theirs.md"])
    assert json.loads(json.dumps(found)) == found
    assert found["ours"] == {"version": "ours.md", "title": "Ours", "language": "en-GB"}
    assert found["counts"] == {"same": 1, "settled": 2, "proposed": 1, "choose": 1}
    items = {item["id"]: item for item in found["items"]}
    assert list(items) == ["h", "a", "b", "c", "d"]
    assert {key: item["standing"] for key, item in items.items()} == {
        "h": "same",
        "a": "choose",
        "b": "proposed",
        "c": "settled",
        "d": "settled",
    }
    assert items["a"]["words"]["reason"] == "close"
    assert items["a"]["words"]["result"] is None
    assert items["b"]["words"] == {
        "outcome": "mix",
        "base": [{"paragraph": [{"text": "You knock before you come in."}]}],
        "ours": [{"paragraph": [{"text": "We knock before you come in."}]}],
        "theirs": [{"paragraph": [{"text": "You knock before you come inside."}]}],
        "result": [{"paragraph": [{"text": "We knock before you come inside."}]}],
    }
    assert items["c"]["picture"] == {
        "outcome": "ours",
        "base": None,
        "ours": "cup",
        "theirs": None,
        "result": "cup",
    }
    assert items["d"]["numbers"] == [None, None, 4]
    assert items["d"]["presence"]["result"] is True
    assert items["d"]["theirs"] == ["They added this."]
    assert (items["h"]["kind"], items["h"]["numbers"]) == ("heading", [None, None, None])
    assert {"place", "outcome", "meaning"} <= items["h"].keys()


def test_the_order_is_that_of_theirs() -> None:
    moved = charter(B, C, A)
    merges = whole.merge_charters(BASE, BASE, moved)
    sides = align.compare(BASE, BASE), align.compare(BASE, moved)
    found = merge_json(merges, *sides, ["", "", ""])
    assert [(item["id"], item["place"]) for item in found["items"]] == [
        ("h", "same"),
        ("b", "same"),
        ("c", "same"),
        ("a", "theirs"),
    ]
