"""The Charters that come with the program are sound: ids, reasons, pictures and plain words."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from server.settings import bundled
from server.writing import charter as charters
from server.writing import markdown_in, markdown_out, pictures, rich_text
from server.writing.charter import Charter, Item
from tests.support import plain_words

NATIONAL = bundled("charters", "national.md")
SECOND = bundled("charters", "national-second.md")
BLANK = bundled("charters", "blank.md")
LOCAL = sorted(bundled("charters", "local").glob("*.md"))
EVERY = [NATIONAL, SECOND, BLANK, *LOCAL]

# Our measure knows English only.
WELSH = {
    "Croeso i bawb.",
    "Dyma fy nghartref i hefyd.",
    "Fy iaith, my language",
    "Mae fy ngofalwr yn siarad Cymraeg gyda fi.",
    "Mae’n iawn i siarad Cymraeg gartref.",
    "Rydw i’n dewis fy iaith.",
    "Rydw i’n hoffi canu.",
}

every_file = pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
every_local = pytest.mark.parametrize("path", LOCAL, ids=lambda path: path.stem)


@cache
def read(path: Path) -> Charter:
    return markdown_in.parse(path.read_bytes())


def national_statements() -> dict[str, Item]:
    return {item.id: item for item in read(NATIONAL).statements}


def is_reworded(item: Item, origin: Item) -> bool:
    return (item.words, item.meaning, item.picture) != (
        origin.words,
        origin.meaning,
        origin.picture,
    )


def texts(charter: Charter) -> Iterator[str]:
    """Every text of a Charter, one line a paragraph or list item."""
    yield charter.title
    yield charter.summary
    for item in charter.items:
        for part in (item.words, item.meaning, item.why):
            yield "\n".join(
                "".join(run.text for run in paragraph.runs)
                for paragraph in rich_text.paragraphs(part)
            )


def test_there_are_ten_local_versions_beside_the_national_and_the_blank_one() -> None:
    assert len(LOCAL) == 10
    assert NATIONAL.is_file()
    assert BLANK.is_file()


def test_the_national_charter_has_six_areas_and_about_24_statements() -> None:
    national = read(NATIONAL)
    assert len(national.headings) == 6
    assert 22 <= len(national.statements) <= 27
    assert all(section.heading and len(section.statements) >= 3 for section in national.sections)


def test_the_second_edition_changes_adds_moves_splits_and_leaves_out() -> None:
    national, second = national_statements(), {item.id: item for item in read(SECOND).statements}
    assert national.keys() < second.keys()
    added = second.keys() - national.keys()
    assert len([new for new in added if not second[new].origins]) == 1
    assert len([new for new in added if second[new].origins]) == 1
    changed = [each for each in national if is_reworded(second[each], national[each])]
    assert 5 <= len(changed) <= 10
    left_out = [item for item in second.values() if item.left_out]
    assert len(left_out) == 1
    assert all(item.why for item in left_out)
    assert [each for each in second if each in national] != list(national)


def test_the_blank_charter_has_no_statement() -> None:
    blank = read(BLANK)
    assert blank.title
    assert blank.statements == ()


@every_file
def test_a_file_is_what_the_program_would_write(path: Path) -> None:
    assert markdown_out.markdown(read(path)) == path.read_text("utf-8")


@every_file
def test_a_file_holds_a_valid_charter_in_order(path: Path) -> None:
    charter = read(path)
    assert charters.valid(charter) == charter
    positions = [item.position for item in charter.items]
    assert positions == sorted(set(positions))


@every_file
def test_ids_are_of_the_kind_that_is_minted(path: Path) -> None:
    wrong = [i.id for i in read(path).items if not re.fullmatch("[a-z2-7]{16}", i.id)]
    assert wrong == []


@every_file
def test_every_statement_has_words_a_meaning_and_a_picture_we_have(path: Path) -> None:
    for item in read(path).statements:
        assert item.words, item.id
        assert item.meaning, item.id
        assert item.picture is not None, item.id
        assert pictures.exists(item.picture), item.picture


@every_local
def test_a_local_version_has_every_national_statement(path: Path) -> None:
    missing = national_statements().keys() - {item.id for item in read(path).statements}
    assert missing == set()


@every_local
def test_nothing_stays_different_without_a_reason(path: Path) -> None:
    national = national_statements()
    for item in read(path).statements:
        origin = national.get(item.id)
        if origin is None or item.left_out or is_reworded(item, origin):
            assert item.why, f"{item.id} has no why"


@every_local
def test_what_is_left_out_keeps_the_national_words(path: Path) -> None:
    national = national_statements()
    for item in read(path).statements:
        if item.left_out:
            assert not is_reworded(item, national[item.id]), item.id


@every_local
def test_origins_name_national_statements(path: Path) -> None:
    national = national_statements()
    for item in read(path).items:
        assert set(item.origins) <= national.keys(), item.id
        assert item.id not in item.origins


def test_no_two_places_add_a_statement_with_one_id() -> None:
    national = national_statements()
    added = [i.id for path in LOCAL for i in read(path).statements if i.id not in national]
    assert len(added) == len(set(added))
    assert len(added) >= 20


def test_some_places_change_little_and_some_a_lot() -> None:
    national = national_statements()
    kept = {
        path.stem: sum(
            1
            for item in read(path).statements
            if item.id in national
            and not item.left_out
            and not is_reworded(item, national[item.id])
        )
        for path in LOCAL
    }
    assert max(kept.values()) >= len(national) - 3
    assert min(kept.values()) <= len(national) // 2


def test_some_places_move_split_and_join_statements() -> None:
    order = {item_id: place for place, item_id in enumerate(national_statements())}
    moved = split_or_joined = 0
    for path in LOCAL:
        places = [order[item.id] for item in read(path).statements if item.id in order]
        moved += places != sorted(places)
        split_or_joined += any(item.origins for item in read(path).statements)
    assert moved >= 4
    assert split_or_joined >= 3


def test_welsh_and_right_to_left_words_are_among_them() -> None:
    written = "\n".join(text for path in LOCAL for text in texts(read(path)))
    assert "Cymraeg" in written
    assert "یہ میرا گھر بھی ہے" in written


@every_file
def test_every_sentence_is_short_and_easy_to_read(path: Path) -> None:
    found: list[str] = []
    for text in texts(read(path)):
        for sentence in plain_words.sentences(text):
            assert len(plain_words.words(sentence)) <= plain_words.LONGEST, sentence
            if plain_words.is_english(sentence) and sentence not in WELSH:
                found += map(str, plain_words.findings(sentence))
    assert found == []
