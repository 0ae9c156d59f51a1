"""Read a Charter from a file that somebody made elsewhere: Markdown, Word or plain text.

Files come from anybody. A refusal is one plain sentence, and no file is worked on for long: what
makes a reader slow is counted first.
"""

import re
from pathlib import PurePath

from server.comparing import pieces, plain_text, word_file
from server.errors import (
    DamagedFile,
    FileTooBig,
    NotACharter,
    NoText,
    NotUtf8,
    NotWhatItSays,
    UnknownEnding,
)
from server.writing import markdown_in, rich_text
from server.writing.charter import Charter

ENDINGS = (".docx", ".md", ".markdown", ".txt")
LARGEST = word_file.FILE_BYTES

TEXT_BYTES = 500_000
LINES = 15_000
# Markdown's signs in one file, and the characters of one paragraph, signs too. Time grows faster
# than a paragraph does: 12,000 stars in one take 0.2 s, 100,000 take 5 s.
SIGNS = 30_000
PARAGRAPH = 12_000

# A blank line, or the mark of a point or a heading.
_PARAGRAPH_END = re.compile(r"[\r\n][ \t]*(?=[\r\n]|(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t])")
_OTHER_FILES = (b"%PDF-", b"{\\rtf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read(name: str, body: bytes) -> Charter:
    """The Charter in a file of this name; what has no id in it gets one.

    Raises UnknownEnding, NotWhatItSays, FileTooBig, NotUtf8, DamagedFile, SameIdTwice and NoText.
    """
    match PurePath(name.lower()).suffix:
        case ".docx":
            found = pieces.charter(word_file.pieces(body))
        case ".md" | ".markdown":
            found = _markdown(body)
        case ".txt":
            found = pieces.charter(plain_text.pieces(_text(body)))
        case ".doc":
            raise UnknownEnding("This is an old Word file. Save it as .docx first.")
        case _:
            raise UnknownEnding
    if not any(rich_text.plain(item.words).strip() for item in found.items):
        raise NoText
    return found


def _text(body: bytes) -> str:
    if body.startswith(_OTHER_FILES):
        raise NotWhatItSays
    if len(body) > TEXT_BYTES:
        raise FileTooBig("This file is too big. 500 kB is the most for a text.")
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in body:
        raise NotWhatItSays
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8 from error
    if max(text.count("\n"), text.count("\r")) > LINES:
        raise FileTooBig(f"This file has too many lines. {LINES:,} is the most.")
    return text


def _markdown(body: bytes) -> Charter:
    text = _text(body)
    longest = max(map(len, _PARAGRAPH_END.split(text)))
    if longest > PARAGRAPH or sum(map(text.count, "[*_`<")) > SIGNS:
        raise FileTooBig("A part of this file is too long. Put blank lines between its parts.")
    try:
        return markdown_in.parse(body)
    except NotACharter as error:
        raise NoText from error
    except RecursionError as error:  # signs within signs, thousands deep
        raise DamagedFile from error
