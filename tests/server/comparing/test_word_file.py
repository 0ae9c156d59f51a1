import struct
import zipfile
from io import BytesIO

import pytest

from server.comparing import word_file
from server.comparing.pieces import TITLE, Heading, Points
from server.errors import DamagedFile, FileTooBig, NotWhatItSays, Refusal
from server.writing.rich_text import BulletList, Paragraph, Run, tidy, tidy_runs
from tests.server.comparing import word_files
from tests.server.comparing.word_files import link, paragraph, run, table, word


def said(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def test_headings_paragraphs_lists_strong_words_and_links_are_read() -> None:
    found = word_file.pieces(
        word(
            paragraph("Ours", style="Title"),
            paragraph("My home", style="heading1"),
            paragraph("I ", run("choose", strong=True), ". See ", link("here"), "."),
            paragraph("a key", level=0),
            paragraph("two keys", level=1),
            paragraph("a room", level=0),
            table("In a table."),
        )
    )
    assert found[:2] == [Heading(TITLE, (said("Ours"),)), Heading(1, (said("My home"),))]
    words, points, cell = found[2:]
    assert isinstance(words, Paragraph)
    assert tidy_runs(words.runs) == (
        Run("I "),
        Run("choose", strong=True),
        Run(". See "),
        Run("here", link=word_files.LINK),
        Run("."),
    )
    assert isinstance(points, Points)
    assert [tidy(point) for point in points.points] == [
        (said("a key"), BulletList((said("two keys"),))),
        (said("a room"),),
    ]
    assert cell == said("In a table.")


def test_without_headings_short_strong_paragraphs_are_headings() -> None:
    strong = paragraph(run("My home", strong=True))
    promise = paragraph(run("I choose.", strong=True))
    assert [type(piece) for piece in word_file.pieces(word(strong, promise))] == [
        Heading,
        Paragraph,
    ]
    styled = word(paragraph("Ours", style="heading1"), strong, promise)
    assert [type(piece) for piece in word_file.pieces(styled)] == [Heading, Paragraph, Paragraph]


def test_notes_are_kept_and_their_numbers_are_not() -> None:
    parts = word_files.parts(paragraph("I choose", '<w:r><w:footnoteReference w:id="5"/></w:r>'))
    begin = parts["word/styles.xml"].split(">")[0].replace("w:styles", "w:footnotes")
    note = paragraph("With help.")
    parts["word/footnotes.xml"] = f'{begin}><w:footnote w:id="5">{note}</w:footnote></w:footnotes>'
    words, notes = word_file.pieces(word_files.packed(parts))
    assert words == said("I choose")
    assert isinstance(notes, Points)
    assert [tidy(point) for point in notes.points] == [(said("With help."),)]


def refused(data: bytes, kind: type[Refusal]) -> None:
    with pytest.raises(kind):
        word_file.pieces(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# Ours",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0 an old Word file",
        word_files.packed({"notes.txt": "Hello"}),
        word_files.packed({"word/document.xml/../x": "Hello"}),
    ],
)
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    refused(data, NotWhatItSays)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing else",
        word(paragraph("I choose."))[:-40],
        word_files.packed({"word/document.xml": "<w:document>"}),
        word_files.packed({"word/document.xml": "<document/>"}),
        word_files.packed({**word_files.parts(), "word/styles.xml": "no XML"}),
        word(paragraph('<w:hyperlink r:id="rId77"/>', run("x"))),
    ],
)
def test_a_damaged_word_file_is_refused(data: bytes) -> None:
    refused(data, DamagedFile)


def test_a_huge_file_is_refused_before_it_is_opened() -> None:
    refused(b"PK" + bytes(word_file.FILE_BYTES), FileTooBig)


def test_a_zip_bomb_is_refused_by_the_sizes_it_tells() -> None:
    bomb = word(paragraph("a" * (word_file.TEXT_BYTES + 1)))
    assert len(bomb) < 20_000
    refused(bomb, FileTooBig)


def test_a_zip_bomb_that_lies_is_read_no_further_than_it_told() -> None:
    bomb = bytearray(word(paragraph("a" * (word_file.TEXT_BYTES + 1))))
    with zipfile.ZipFile(BytesIO(bomb)) as file:
        size = file.getinfo("word/document.xml").file_size
    told = struct.pack("<I", size)
    assert told in bomb
    refused(bytes(bomb.replace(told, struct.pack("<I", 1000))), DamagedFile)


def test_pictures_and_other_files_are_never_unpacked() -> None:
    parts: dict[str, str | bytes] = {
        **word_files.parts(paragraph("I choose.")),
        "word/media/image1.png": bytes(word_file.TEXT_BYTES * 2),
        "word/theme/theme1.xml": "<!DOCTYPE x>",
    }
    assert word_file.pieces(word_files.packed(parts)) == [said("I choose.")]


def test_a_zip_of_very_many_files_is_refused() -> None:
    many = {f"word/{number}": "" for number in range(5000)}
    refused(word_files.packed({**word_files.parts(), **many}), FileTooBig)


def test_one_name_twice_is_refused() -> None:
    whole = BytesIO(word(paragraph("One.")))
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(whole, "a") as file,
    ):
        file.writestr("word/document.xml", word_files.parts(paragraph("Two."))["word/document.xml"])
    refused(whole.getvalue(), NotWhatItSays)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_entities_are_refused(coding: str) -> None:
    entities = "".join(f'<!ENTITY e{i} "&e{i - 1};&e{i - 1};">' for i in range(1, 30))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "a">{entities}]><x>&e29;</x>'
    parts: dict[str, str | bytes] = {**word_files.parts()}
    parts["word/document.xml"] = bomb.encode(coding)
    refused(word_files.packed(parts), NotWhatItSays)


@pytest.mark.parametrize(
    "body",
    [
        "<w:smartTag>" * word_file.DEPTH + "</w:smartTag>" * word_file.DEPTH,
        "<w:p/>" * word_file.ELEMENTS,
        "<w:fldChar/>" * (word_file.ELEMENTS // word_file.FIELD),
        "<w:p " + " ".join(f'a{i}=""' for i in range(4 * word_file.ELEMENTS)) + "/>",
    ],
    ids=["deep", "elements", "fields", "attributes"],
)
def test_what_would_take_long_is_refused(body: str) -> None:
    refused(word(body), FileTooBig)
