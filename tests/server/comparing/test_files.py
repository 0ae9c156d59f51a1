import time
from contextlib import suppress

import pytest

from server.comparing import files
from server.errors import (
    DamagedFile,
    FileTooBig,
    NoText,
    NotUtf8,
    NotWhatItSays,
    Refusal,
    SameIdTwice,
    UnknownEnding,
)
from server.settings import bundled
from server.writing import markdown_in, rich_text
from server.writing.charter import Charter
from tests.server.comparing.word_files import paragraph, word


def said(charter: Charter) -> list[str]:
    return [rich_text.plain(item.words) for item in charter.items]


OURS = "# Ours\n\n## My home\n\nI choose.\n\nI have a key.\n"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("ours.md", OURS.encode()),
        ("OURS.MARKDOWN", OURS.encode("utf-8-sig")),
        ("ours.txt", OURS.encode()),
        (
            "Our Charter v2 (1).docx",
            word(
                paragraph("Ours", style="Title"),
                paragraph("My home", style="heading1"),
                paragraph("I choose."),
                paragraph("I have a key."),
            ),
        ),
    ],
)
def test_each_kind_of_file_gives_the_same_charter(name: str, body: bytes) -> None:
    found = files.read(name, body)
    assert found.title == "Ours"
    assert said(found) == ["My home", "I choose.", "I have a key."]


def test_ids_in_a_markdown_file_are_believed() -> None:
    body = bundled("charters", "national.md").read_bytes()
    assert files.read("national.md", body) == markdown_in.parse(body)


REFUSED: dict[str, tuple[str, bytes, type[Refusal]]] = {
    "wrong ending": ("ours.pdf", OURS.encode(), UnknownEnding),
    "no ending": ("ours", OURS.encode(), UnknownEnding),
    "old Word": ("ours.doc", b"\xd0\xcf\x11\xe0", UnknownEnding),
    "no zip": ("ours.docx", OURS.encode(), NotWhatItSays),
    "a zip that says it is text": ("ours.txt", word(paragraph("I choose.")), NotWhatItSays),
    "PDF that says it is text": ("ours.txt", b"%PDF-1.7\nI choose.", NotWhatItSays),
    "text with NULs": ("ours.txt", b"I choose.\0", NotWhatItSays),
    "Markdown with NULs": ("ours.md", b"I choose.\0", NotWhatItSays),
    "not UTF-8": ("ours.txt", "Caffi tŷ".encode("utf-16"), NotUtf8),
    "Latin-1": ("ours.md", "Café".encode("latin-1"), NotUtf8),
    "huge text": ("ours.txt", b"a" * (files.TEXT_BYTES + 1), FileTooBig),
    "huge Markdown": ("ours.md", b"a" * (files.TEXT_BYTES + 1), FileTooBig),
    "many lines": ("ours.md", b"a\n" * (files.LINES + 1), FileTooBig),
    "many old lines": ("ours.md", b"a\r" * (files.LINES + 1), FileTooBig),
    "a long paragraph": ("ours.md", b"a " * files.PARAGRAPH, FileTooBig),
    "a bomb": ("ours.docx", word(paragraph("a" * 10_000_000)), FileTooBig),
    "empty text": ("ours.txt", b"", NoText),
    "blank text": ("ours.txt", b" \n\n-----\n", NoText),
    "a title alone": ("ours.md", b"# Ours\n", NoText),
    "empty Markdown": ("ours.md", b"<!-- nothing -->\n", NoText),
    "empty Word": ("ours.docx", word(), NoText),
    "blank Word": ("ours.docx", word(paragraph(" "), paragraph("Ours", style="Title")), NoText),
    "one id twice": (
        "ours.md",
        b"### Statement 1\n<!-- statement id=a -->\n\nA.\n\n" * 2,
        SameIdTwice,
    ),
    "signs within signs": ("ours.md", b"*" * 5000 + b"a" + b"*" * 5000, DamagedFile),
}


@pytest.mark.parametrize(("name", "body", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_files_are_refused(name: str, body: bytes, kind: type[Refusal]) -> None:
    with pytest.raises(kind) as refusal:
        files.read(name, body)
    assert 1 <= len(refusal.value.sentence.split()) <= 30


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_honest_file_is_read(end: str) -> None:
    points = [f"{mark} I choose what I do, in my own time." for mark in ("-", "*", "1.") * 200]
    paragraphs = ["I choose what I do.", ""] * 700
    lines = ["# Ours", "", "## Home", "", *points, "", "## Food", *paragraphs[:600]]
    for name in ("ours.md", "ours.txt"):
        assert len(files.read(name, end.join(lines).encode()).items) >= 900


PARAGRAPH, SIGNS = files.PARAGRAPH, files.SIGNS
SLOW = {
    "brackets": ("[" * (SIGNS // 3) + "\n\n") * 3,
    "pictures": ("![" * (SIGNS // 6) + "\n\n") * 6,
    "too many brackets": ("[" * (PARAGRAPH - 1) + "\n\n") * 40,
    "stars": ("*a " * (PARAGRAPH // 4) + "\n\n") * (4 * SIGNS // PARAGRAPH),
    "strong": ("**a**b" * (PARAGRAPH // 8) + "\n\n") * (2 * SIGNS // PARAGRAPH),
    "ticks": ("".join("`" * count + " " for count in range(1, 150)) + "\n\n") * 2,
    "points": "- a\n" * (PARAGRAPH // 5),
    "lines": "a\n\n" * (files.LINES // 2),
    "quotes": "> " * (PARAGRAPH // 2 - 1) + "a",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_no_markdown_file_keeps_the_server_busy_for_long(text: str) -> None:
    began = time.process_time()
    with suppress(Refusal):
        files.read("ours.md", text[: files.TEXT_BYTES].encode())
    # Never a measure of speed: without the limits these take a minute.
    assert time.process_time() - began < 20
