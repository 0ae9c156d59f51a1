"""Pieces of a Word file (.docx): headings, paragraphs, lists, strong words and links.

A Word file is a zip of XML. Before anything is unpacked the sizes that its directory tells are
looked at (reading stops where they were a lie); of the parts that say something each is gone
through once for what makes a reader slow: entities, depth, and too many elements. Only these parts
are handed to mammoth, which makes HTML of them. No picture and no other file is ever opened.
"""

import io
import re
import struct
import zipfile
import zlib
from html.parser import HTMLParser
from xml.parsers import expat

import mammoth  # type: ignore[import-untyped]  # mammoth has no types

from server.comparing.pieces import TITLE, Heading, Piece, Points
from server.errors import DamagedFile, FileTooBig, NotWhatItSays
from server.writing import rich_text
from server.writing.rich_text import Block, BulletList, Paragraph, Run

FILE_BYTES = 10_000_000
DIRECTORY_BYTES = 200_000
TEXT_BYTES = 6_000_000
# Four attributes count as one element. 30,000 take mammoth a second; a hundred pages have as many.
ELEMENTS = 30_000
FIELD = 10
DEPTH = 80

_TOO_MUCH = "This Word file unpacks to too much. Save only its words, and try again."
_SAYS_SOMETHING = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|word/(?:_rels/)?"
    r"(?:document|styles|numbering|footnotes|endnotes)\d*\.xml(?:\.rels)?"
)
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='title'] => h1.title:fresh
"""
# What zlib, zipfile and mammoth raise at files that are not as they should be.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, RecursionError),
    *(AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError),
)

_OLD_WORD = b"\xd0\xcf\x11\xe0"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BREAKS = {"p", "ul", "ol", "li", "td", "th", *_HEADINGS}

HEADING_WORDS = 10


def pieces(data: bytes) -> list[Piece]:
    """The pieces of a Word file. Raises NotWhatItSays, FileTooBig and DamagedFile."""
    if len(data) > FILE_BYTES:
        raise FileTooBig("This file is too big. 10 MB is the most for a Word file.")
    if data.startswith(_OLD_WORD):
        raise NotWhatItSays("This file has a password, or is an old one. Save it anew as .docx.")
    if not data.startswith(b"PK"):
        raise NotWhatItSays
    try:
        markup = mammoth.convert_to_html(
            io.BytesIO(_words_alone(data)),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=lambda _image: [],
        ).value
        found = _Reader(markup).pieces
    except _BROKEN as error:
        raise DamagedFile from error
    return _with_headings(found)


def _words_alone(data: bytes) -> bytes:
    """The file with nothing but the parts that say something, each of them looked at."""
    _check_directory(data)
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(found, "w") as alone:
        parts = [part for part in whole.infolist() if _SAYS_SOMETHING.fullmatch(part.filename)]
        names = [part.filename for part in parts]
        if len(set(names)) < len(names) or not any("document" in name for name in names):
            raise NotWhatItSays
        if sum(part.file_size for part in parts) > TEXT_BYTES:
            raise FileTooBig(_TOO_MUCH)
        scan = _Scan()
        for part in parts:
            # Not more than it said it would be, whatever there is.
            with whole.open(part) as opened:
                text = opened.read(part.file_size)
            scan.look_at(text)
            alone.writestr(part.filename, text)
    return found.getvalue()


def _check_directory(data: bytes) -> None:
    """Refuse a zip with so many files that reading their list would take long.

    The list's size stands in the record at the file's end. What looks like a second record is
    looked at as well, so it does not matter which of them is believed.
    """
    tail = data[-(22 + 65_535) :]
    if b"PK\x06\x07" in tail:
        raise FileTooBig(_TOO_MUCH)  # only a zip of more than 4 GB or 65,535 files needs this
    for record in re.finditer(rb"PK\x05\x06", tail):
        size = tail[record.start() + 12 : record.start() + 16]
        if len(size) == 4 and struct.unpack("<I", size)[0] > DIRECTORY_BYTES:
            raise FileTooBig(_TOO_MUCH)


class _Scan:
    """Looks through XML without keeping it; counts the elements of all parts together."""

    def __init__(self) -> None:
        self._elements = 0.0

    def look_at(self, text: bytes) -> None:
        depth = 0

        def begin(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            # Fields can be open within fields, and every run looks through all that are.
            self._elements += FIELD if name.endswith("fldChar") else 1 + len(attributes) / 4
            if depth > DEPTH or self._elements > ELEMENTS:
                raise FileTooBig(_TOO_MUCH)

        def end(_name: str) -> None:
            nonlocal depth
            depth -= 1

        def refuse(*_about: object) -> None:
            raise NotWhatItSays  # no Word file defines a document type or entities

        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = begin, end
        parser.StartDoctypeDeclHandler = refuse
        parser.Parse(text, True)


class _Reader(HTMLParser):
    """Gathers the pieces of mammoth's HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._runs: list[Run] = []
        self._strong = 0
        self._is_title = False
        self._links: list[str | None] = []
        # For each list that is open, its points; for each of them its blocks.
        self._lists: list[list[list[Block]]] = []
        self.feed(markup)
        self.close()
        self._end_paragraph()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag in _BREAKS:
            self._end_paragraph()
        if tag in ("ul", "ol"):
            self._lists.append([])
        elif tag == "li" and self._lists:
            self._lists[-1].append([])
        elif tag == "strong":
            self._strong += 1
        elif tag == "a":
            self._links.append(about.get("href"))
        elif tag == "br":
            self.handle_data(" ")
        elif tag == "h1":
            self._is_title = about.get("class") == "title"

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS:
            level = TITLE if tag == "h1" and self._is_title else _HEADINGS[tag]
            self.pieces.append(Heading(level, (Paragraph(tuple(self._runs)),)))
            self._runs = []
            return
        if tag in _BREAKS:
            self._end_paragraph()
        if tag in ("ul", "ol") and self._lists:
            self._end_list()
        elif tag == "strong":
            self._strong -= 1
        elif tag == "a" and self._links:
            self._links.pop()

    def handle_data(self, data: str) -> None:
        link = self._links[-1] if self._links else None
        if link is not None and re.match("#(?:foot|end)note-", link):
            return  # the number of a note, or the arrow back from it
        self._runs.append(Run(data, self._strong > 0, link))

    def _end_paragraph(self) -> None:
        if not self._runs:
            return
        paragraph = Paragraph(tuple(self._runs))
        self._runs = []
        if self._lists:
            if not self._lists[-1]:
                self._lists[-1].append([])
            self._lists[-1][-1].append(paragraph)
        else:
            self.pieces.append(paragraph)

    def _end_list(self) -> None:
        points = self._lists.pop()
        if self._lists:
            within = (each for blocks in points for each in rich_text.paragraphs(tuple(blocks)))
            if not self._lists[-1]:
                self._lists[-1].append([])
            self._lists[-1][-1].append(BulletList(tuple(within)))
        else:
            self.pieces.append(Points(tuple(tuple(blocks) for blocks in points)))


def _with_headings(found: list[Piece]) -> list[Piece]:
    """Where nothing is styled as a heading, short paragraphs all in strong words are headings."""
    if any(isinstance(piece, Heading) and piece.level != TITLE for piece in found):
        return found
    return [_heading_or(piece) for piece in found]


def _heading_or(piece: Piece) -> Piece:
    if not isinstance(piece, Paragraph):
        return piece
    words = piece.text.split()
    is_strong = all(run.strong for run in piece.runs if run.text.strip())
    if not words or len(words) > HEADING_WORDS or not is_strong or words[-1][-1] in ".!?;:,":
        return piece
    return Heading(2, (piece,))
