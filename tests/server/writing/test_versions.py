from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.writing import rich_text
from server.writing.hidden import WHY, WORDS, Hiding, Unseen
from server.writing.tables import (
    EditionItemRow,
    EditionRow,
    ItemRow,
    SittingChangeRow,
    SittingRow,
    WordingRow,
)
from server.writing.versions import Version, Versions, settled
from server.writing.wording import digest_of_why

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME = rich_text.from_text("I choose my home.")
COST = rich_text.from_text("It costs too much.")
COST_DIGEST = digest_of_why(COST)
WORDING = WordingRow(
    digest="d1", words=rich_text.to_json(HOME), meaning=[], picture="house", removed_at=None
)


def state(**more: Any) -> dict[str, Any]:
    said = {"kind": "statement", "position": "a0", "left_out": False, "origins": []}
    return said | {"why": rich_text.to_json(COST)} | more


def hiding(part: str, digest: str) -> Hiding:
    return Hiding("h1", "s1", part, digest, "It is private.", NOON, "Ann")


def after(unseen: Unseen, wordings: Mapping[str, WordingRow], said: dict[str, Any]) -> Version:
    change = SittingChangeRow(item_id="s1", before=None, after=said, after_digest="d1")
    versions = Versions(wordings, unseen)
    sitting = SittingRow(last_at=NOON)
    assert versions.before(sitting, change) is None
    version = versions.after(sitting, change)
    assert version is not None
    return version


NOTHING_UNSEEN = Unseen({}, ())


def test_a_version_is_all_that_was_said() -> None:
    version = after(NOTHING_UNSEEN, {"d1": WORDING}, state(left_out=True, origins=["s0"]))
    item = version.item
    assert (item.words, item.why, item.picture) == (HOME, COST, "house")
    assert (item.left_out, item.origins) == (True, ("s0",))
    assert version.is_whole
    assert version.said == ("d1", COST_DIGEST)


def test_what_an_item_says_now_is_a_version_too() -> None:
    row = ItemRow(item_id="s1", wording_digest="d1", **state())
    assert settled(row, WORDING) == after(NOTHING_UNSEEN, {"d1": WORDING}, state())


@pytest.mark.parametrize(
    ("wordings", "unseen"),
    [
        ({}, NOTHING_UNSEEN),
        # Another Charter still has them; this one forgot them later than they were said.
        ({"d1": WORDING}, Unseen({"d1": NOON + HOUR}, ())),
    ],
)
def test_forgotten_words_are_empty_and_told(
    wordings: dict[str, WordingRow], unseen: Unseen
) -> None:
    version = after(unseen, wordings, state())
    assert (version.item.words, version.item.picture) == ((), None)
    assert version.words_removed
    assert not version.is_whole
    assert version.item.why == COST


def test_words_that_were_said_again_after_they_were_forgotten_are_words_like_any() -> None:
    version = after(Unseen({"d1": NOON - HOUR}, ()), {"d1": WORDING}, state())
    assert version.item.words == HOME


def test_hidden_words_are_empty_and_say_who_hid_them() -> None:
    words = hiding(WORDS, "d1")
    version = after(Unseen({}, [words]), {"d1": WORDING}, state())
    assert version.item.words == ()
    assert (version.words_hiding, version.why_hiding) == (words, None)


def test_a_hidden_reason_is_empty_and_says_who_hid_it() -> None:
    why = hiding(WHY, COST_DIGEST)
    version = after(Unseen({}, [why]), {"d1": WORDING}, state())
    assert (version.item.words, version.item.why) == (HOME, ())
    assert (version.words_hiding, version.why_hiding) == (None, why)
    # Nothing tells apart what may not be read.
    assert version.said == ("d1", None)


def test_a_reason_that_an_edition_had_and_that_is_gone_was_forgotten() -> None:
    row = EditionItemRow(item_id="s1", wording_digest="d1", why_digest=COST_DIGEST, **state(why=[]))
    edition = EditionRow(published_at=NOON)
    version = Versions({}, NOTHING_UNSEEN).published(edition, row, WORDING)
    assert version.why_removed
    assert version.item.words == HOME
