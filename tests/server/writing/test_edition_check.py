import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server.errors import NotAnEdition
from server.writing import edition as form
from server.writing import edition_files
from server.writing.edition_check import Checked, check
from server.writing.rich_text import from_text
from server.writing.wording import Wording
from tests.server.writing.test_edition import edition_of
from tests.server.writing.test_edition_files import GOLDEN, WIRE, every_golden

EDITION = edition_of()
JSON = edition_files.to_json(EDITION)
MARKDOWN = edition_files.to_markdown(EDITION)


@every_golden
def test_a_golden_file_is_whole(case: dict[str, Any]) -> None:
    checked = check(json.dumps(case["file"]).encode())
    assert checked.is_whole
    assert checked.digest == checked.said == case["file"]["digest"]


@pytest.mark.parametrize("file", [JSON, MARKDOWN], ids=["json", "markdown"])
def test_an_edition_as_it_was_published_is_whole(file: str) -> None:
    checked = check(file.encode())
    assert (checked.changed, checked.removed) == ((), 0)
    assert checked.digest == form.digest(EDITION)
    assert checked.edition.charter.title == "Our Charter"


STATEMENT = "Statement {} is not what was published."
LIST = "The list of statements, the name, the date or the note was changed."
AROUND = "Something around the words was changed."


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (JSON, "I choose.", "I chose.", STATEMENT.format(1)),
        (JSON, "We ask.", "We ask!", STATEMENT.format(1)),
        (JSON, '"house"', '"horse"', STATEMENT.format(1)),
        (JSON, "None.", "Nine.", STATEMENT.format(2)),
        (JSON, "My home", "Thy home", "The heading “Thy home” is not what was published."),
        (JSON, '"left_out": true', '"left_out": false', LIST),
        (JSON, '"number": 2', '"number": 3', LIST),
        (JSON, "Second edition", "Third edition", LIST),
        (JSON, '"Ann"', '"Sam"', LIST),
        (JSON, '"digest": "', '"digest": "0', LIST),
        (JSON, '"by"', '"more": 1, "by"', AROUND),
        (MARKDOWN, "I choose.", "I chose.", STATEMENT.format(1)),
        (MARKDOWN, "We ask.", "We ask!", STATEMENT.format(1)),
        (MARKDOWN, "picture=house", "picture=horse", STATEMENT.format(1)),
        (MARKDOWN, "My home", "Thy home", "The heading “Thy home” is not what was published."),
        (MARKDOWN, "left-out ", "", LIST),
        (MARKDOWN, "Second edition", "Third edition", LIST),
        (MARKDOWN, "Statement 2 (left out)", "Statement 2", AROUND),
        (MARKDOWN, "Statement 1", "Statement 7", AROUND),
    ],
)
def test_one_letter_is_seen_and_where_it_was(file: str, old: str, new: str, sentence: str) -> None:
    assert old in file
    checked = check(file.replace(old, new, 1).encode())
    assert not checked.is_whole
    assert checked.changed == (sentence,)


@pytest.mark.parametrize("write", [edition_files.to_json, edition_files.to_markdown])
def test_words_in_another_order_are_seen(write: Callable[[form.Edition], str]) -> None:
    turned = write(replace(EDITION, items=EDITION.items[::-1]))
    said = turned.replace(form.digest(replace(EDITION, items=EDITION.items[::-1])), "0" * 64)
    assert check(said.encode()).changed == (LIST,)


def test_every_statement_that_changed_is_named() -> None:
    file = JSON.replace("I choose.", "I chose.").replace("A bus.", "A car.")
    assert check(file.encode()).changed == (STATEMENT.format(1), STATEMENT.format(2))


@pytest.mark.parametrize("write", [edition_files.to_json, edition_files.to_markdown])
def test_an_edition_is_whole_though_words_were_removed(
    write: Callable[[form.Edition], str],
) -> None:
    first, one, two = EDITION.items
    left = replace(
        EDITION, items=(first, replace(one, wording=None), replace(two, why=None, wording=None))
    )
    checked = check(write(left).encode())
    assert checked.is_whole
    assert checked.removed == 2
    assert checked.digest == form.digest(EDITION)


def test_words_cannot_be_put_in_where_some_were_removed() -> None:
    gone = replace(EDITION.items[1], wording=None)
    file = edition_files.to_json(replace(EDITION, items=(EDITION.items[0], gone)))
    told = json.loads(file)
    told["items"][1]["says"]["words"] = [{"paragraph": [{"text": "Not ours."}]}]
    told["items"][1]["says"]["meaning"] = []
    assert check(json.dumps(told).encode()).changed == (STATEMENT.format(1),)


def test_whoever_makes_all_digests_anew_makes_another_edition() -> None:
    other = replace(
        EDITION.items[1], wording=Wording(from_text("Not ours.")), wording_digest="0" * 64
    )
    forged = form.digest(replace(EDITION, items=(EDITION.items[0], other, EDITION.items[2])))
    assert forged != form.digest(EDITION)


@pytest.mark.parametrize("end", ["\r\n", "\n\n", " \n"])
def test_how_lines_end_makes_no_difference(end: str) -> None:
    assert isinstance(check(JSON.replace("\n", end).encode()), Checked)
    assert check(JSON.replace("\n", end).encode()).is_whole
    assert check(b"\xef\xbb\xbf" + MARKDOWN.replace("\n", "\r\n").encode()).is_whole


def test_a_file_that_was_kept_is_whole() -> None:
    checked = check((WIRE / "edition.md").read_bytes())
    assert checked.is_whole
    assert checked.digest == GOLDEN[1]["file"]["digest"]


def test_a_charter_is_no_edition() -> None:
    with pytest.raises(NotAnEdition):
        check(b"# Our Charter\n\n## My home\n\nI choose.\n")
