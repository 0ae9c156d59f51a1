"""Passages: the texts of a Charter as they are matched with those of another, ids unseen.

Where a text stands in a list, how it is numbered, the short title that runs into it, quotes and
dashes, capitals and the full stop at its end are not what it says.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from server.comparing.tokens import ALONE
from server.writing import rich_text
from server.writing.charter import Charter, Kind

_LOOKS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
# "1." "2.3" "(a)" "iv)" "§ 4" "Section 2 –" "Article 5:", before anything else.
_NUMBERS = r"\d{1,4} (?:\.\d{1,4}){0,6}"
_NUMBERING = re.compile(
    rf"""(?: (?:section|article|statement|part|clause|rule|principle|promise|standard|§)\s*
            (?:{_NUMBERS}|[ivxlc]{{1,8}})\b \s*[.:)\-]*
          | \(? (?:{_NUMBERS}|[a-z]|[ivxlc]{{1,8}}) [.:)] (?:{_NUMBERS}[.:)]?)?
          | \d{{1,4}} (?:\.\d{{1,4}}){{1,6}}
          | [-*•·] ) \s+""",
    re.VERBOSE,
)
# A title of up to six words that runs into the text: "Fair warning: …", "Be kind. …", "Scope - …".
_RUN_IN = re.compile(r"[\w'\"]+(?:[ /,&-]+[\w'\"]+){0,5}?(?:\s*[:.]|\s+-)\s+(?=\S+\s+\S+)")
_LETTER = f"[^\\W_{ALONE}]"
_WORD = re.compile(f"{_LETTER}+(?:'{_LETTER}+)*|[{ALONE}]")


@dataclass(frozen=True)
class Passage:
    """A statement's or a heading's words, and the heading they stand under."""

    text: str
    section: str = ""
    is_heading: bool = False
    id: str | None = None

    @cached_property
    def said(self) -> str:
        """What it says, in a form that is the same for all ways of writing it down."""
        return _said(self.text)

    @cached_property
    def core(self) -> str:
        """What it says without a title that runs into it."""
        if self.is_heading:
            return self.said
        rest = _RUN_IN.sub("", self.said, count=1) if _RUN_IN.match(self.said) else self.said
        return rest or self.said

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words; in a script that sets no blanks between them, its characters."""
        return tuple(_WORD.findall(self.said))

    @cached_property
    def under(self) -> str:
        """What the heading above it says."""
        return _said(self.section)


def _said(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKS).casefold()
    plain = " ".join(plain.split())
    numbering = _NUMBERING.match(plain)
    if numbering is not None and numbering.end() < len(plain):
        plain = plain[numbering.end() :]
    return plain.strip(" .,;:!*_\"'")


def passages(charter: Charter) -> tuple[Passage, ...]:
    """The passages of a Charter, in reading order; what is left out is not read."""
    found, section = [], ""
    for item in charter.shown.items:
        if item.left_out:
            continue
        text = rich_text.plain(item.words)
        is_heading = item.kind is Kind.HEADING
        if is_heading:
            section = text
        found.append(Passage(text, section, is_heading, item.id))
    return tuple(found)
