"""Families of real texts come in as a national Charter, its editions and local versions."""

from collections import Counter
from functools import cache

import pytest

from server.comparing import align, matching
from server.comparing.align import Stance
from server.comparing.passages import passages
from server.writing import charter as charters
from server.writing import markdown_in, markdown_out
from server.writing.charter import Charter
from tests.corpora.texts import FAMILIES, HERE, Text, texts

EVERY = [each for family in FAMILIES for each in texts(family)]
ADAPTATIONS = [each for each in EVERY if not each.is_edition]

every_adaptation = pytest.mark.parametrize(
    "adaptation", ADAPTATIONS, ids=lambda each: f"{each.family}/{each.name}"
)


@cache
def edition(family: str, name: str) -> Charter:
    """An edition whose items have the ids of the editions before it."""
    before: Charter | None = None
    for each in texts(family):
        if not each.is_edition:
            continue
        now = each.charter if before is None else matching.identified(before, each.charter)
        if each.name == name:
            return now
        before = now
    raise LookupError(name)


def local(adaptation: Text) -> Charter:
    """An adaptation with the ids of its edition."""
    return matching.identified(edition(adaptation.family, adaptation.edition), adaptation.charter)


def test_each_file_has_a_source_and_each_source_a_file() -> None:
    files = {each.path for each in EVERY}
    found = {path for path in HERE.rglob("*.md") if path.name != "README.md"}
    assert files == found
    assert len(ADAPTATIONS) >= 25


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in HERE.rglob("*") if path.is_file()) < 1_000_000


@pytest.mark.parametrize("each", EVERY, ids=lambda each: f"{each.family}/{each.name}")
def test_every_text_comes_in_as_a_charter(each: Text) -> None:
    charter = each.charter
    assert len(charter.statements) >= 5
    assert charters.valid(charter) == charter


@every_adaptation
def test_a_local_version_has_each_id_once_and_survives_a_file(adaptation: Text) -> None:
    ours = local(adaptation)
    assert max(Counter(item.id for item in ours.items).values()) == 1
    again = markdown_in.parse(markdown_out.markdown(ours).encode())
    assert [(i.id, i.words, i.origins) for i in again.items] == [
        (i.id, i.words, i.origins) for i in ours.items
    ]


@every_adaptation
def test_a_local_version_compares_with_its_edition(adaptation: Text) -> None:
    national = edition(adaptation.family, adaptation.edition)
    comparison = align.compare(national, local(adaptation))
    same = {(p.is_heading, p.said) for p in passages(national)} & {
        (p.is_heading, p.said) for p in passages(adaptation.charter)
    }
    unchanged = [
        change
        for change in comparison.items
        if change.stance in (Stance.KEPT, Stance.MOVED, Stance.REWORDED) and change.old
    ]
    assert len(unchanged) >= len(same)
    assert sum(comparison.counts.values()) == len(comparison.statements)


def test_a_small_new_edition_keeps_nearly_all_ids() -> None:
    comparison = align.compare(edition("covenant", "2.0"), edition("covenant", "2.1"))
    assert comparison.counts[Stance.ADDED] == comparison.counts[Stance.LEFT_OUT] == 0
    assert comparison.counts[Stance.REWORDED] <= 5


def test_a_large_new_edition_is_told_from_one_that_was_written_anew() -> None:
    large = align.compare(edition("covenant", "1.4-2019"), edition("covenant", "2.0")).counts
    anew = align.compare(edition("covenant", "2.1"), edition("covenant", "3.0")).counts
    assert large[Stance.LEFT_OUT] <= 2
    assert anew[Stance.LEFT_OUT] > anew[Stance.KEPT]
