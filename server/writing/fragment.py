"""Rich text in the CRDT document: a Y.XmlFragment as y-prosemirror 1.3 writes and reads it.

Elements are `paragraph` and `bullet_list` > `list_item` > `paragraph`; texts stand in paragraphs
only; the marks `strong` ({}) and `link` ({href}) are formatting of the text.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pycrdt import XmlElement, XmlFragment, XmlText

# The engine's own nodes: their wrappers cost 1 kB and 3 µs each, and a reader may meet 400,000.
from pycrdt import _pycrdt as raw

from server.writing import charter, limits, rich_text
from server.writing.rich_text import Block, BulletList, Paragraph, RichText, Run

# y-prosemirror adds such a hash to the name of a mark that may stand twice on one text.
_HASHED = re.compile("(.+)--[A-Za-z0-9+/=]{8}")
DEEPEST = 20
MOST_NODES = 20_000
_MOST_REPORTS = 200
# The most that any part may say.
_LONGEST = max(limits.WORDS, limits.MEANING, limits.WHY)


class Dropped:
    """What a reader left out: places and reasons in order, each once; at most 200; never words."""

    def __init__(self) -> None:
        self.reports: dict[str, None] = {}

    def add(self, place: str, what: str, key: str | None = None) -> None:
        if len(self.reports) < _MOST_REPORTS:
            named = f"{place}.{key}" if charter.is_name(key) else place
            self.reports.setdefault(f"{named}: {what}")


def read(fragment: Any, txn: Any, *, place: str, limit: int, dropped: Dropped) -> RichText:
    """The rich text of an integrated fragment, in tidy form and at most `limit` characters."""
    rich = rich_text.tidy(_Reader(txn, place, limit, dropped).blocks(fragment.children(txn)))
    short = rich_text.cut(rich, limit)
    if short is not rich:
        dropped.add(place, "too long")
    return short


def says(fragment: XmlFragment) -> RichText:
    """What a fragment says, all that a reader reads of it."""
    with fragment.doc.transaction() as transaction:
        reader = _Reader(transaction._txn, "", _LONGEST, Dropped())
        return rich_text.tidy(reader.blocks(fragment.integrated.children(transaction._txn)))


def said_in(paragraph: XmlElement) -> Paragraph:
    """What one paragraph of a fragment says, in tidy form."""
    with paragraph.doc.transaction() as transaction:
        reader = _Reader(transaction._txn, "", _LONGEST, Dropped())
        return Paragraph(rich_text.tidy_runs(reader.paragraph(paragraph.integrated).runs))


def tag_of(node: Any) -> str | None:
    """What a node is called: None for a text, nothing for what is neither text nor element."""
    if isinstance(node, raw.XmlText):
        return None
    element: Any = node  # pycrdt's stub leaves `tag` out
    return str(element.tag()) if isinstance(node, raw.XmlElement) else ""


def mark_name(attribute: str) -> str:
    """The name of a mark that is formatting of a text."""
    hashed = _HASHED.fullmatch(attribute)
    return hashed[1] if hashed else attribute


def read_marks(
    marks: Mapping[str, Any], drop: Callable[[str], None] = lambda _: None
) -> tuple[bool, str | None]:
    """Whether text is strong, and its link; what is neither is dropped."""
    strong, link = False, None
    for name in sorted(marks):
        value = marks[name]
        match mark_name(name):
            case "strong":
                strong = value is not None and value is not False
            case "link":
                href = value.get("href") if isinstance(value, dict) else None
                if isinstance(href, str) and rich_text.is_link(href):
                    link = link or href
                elif value is not None:
                    drop("not a link")
            case _:
                drop("unknown mark")
    return strong, link


class _Reader:
    """Reads one fragment, only as far as its limits of text, of nodes and of depth."""

    def __init__(self, txn: Any, place: str, limit: int, dropped: Dropped) -> None:
        self._txn = txn
        self._place = place
        self._dropped = dropped
        self._nodes_left = MOST_NODES
        # A reader stops once it has seen well over what may stay: white space may yet go.
        self._text_left = 4 * limit + 1_000

    def blocks(self, nodes: list[Any]) -> Iterator[Block]:
        for node, tag in self._named(nodes):
            if tag == "paragraph":
                yield self.paragraph(node)
            elif tag in ("bullet_list", "list_item"):
                yield BulletList(tuple(self._list_items(node, 1)))
            else:
                self._drop("text outside a paragraph" if tag is None else "unknown node")

    def _list_items(self, node: Any, depth: int) -> Iterator[Paragraph]:
        """A list's paragraphs; lists within lists, however deep, become one."""
        if depth > DEEPEST:
            self._drop("too deep")
            return
        for child, tag in self._named(node.children(self._txn)):
            if tag == "paragraph":
                yield self.paragraph(child)
            elif tag in ("bullet_list", "list_item"):
                yield from self._list_items(child, depth + 1)
            else:
                self._drop("text outside a paragraph" if tag is None else "unknown node")

    def paragraph(self, node: Any) -> Paragraph:
        runs: list[Run] = []
        for child, tag in self._named(node.children(self._txn)):
            if tag is None:
                runs.extend(self._runs(child))
            else:
                self._drop("unknown node")
        return Paragraph(tuple(runs))

    def _named(self, nodes: list[Any]) -> Iterator[tuple[Any, str | None]]:
        for child in nodes:
            self._nodes_left -= 1
            if self._nodes_left < 0 or self._text_left <= 0:
                self._drop("too long")
                return
            yield child, tag_of(child)

    def _runs(self, text: Any) -> Iterator[Run]:
        for value, marks in text.diff(self._txn):
            if not isinstance(value, str):
                self._drop("not text")
                continue
            self._text_left -= len(value)
            if marks:
                strong, link = read_marks(marks, self._drop)
                yield Run(value, strong, link)
            else:
                yield Run(value)

    def _drop(self, what: str) -> None:
        self._dropped.add(self._place, what)


def insert(fragment: XmlFragment, index: int, rich: RichText) -> None:
    """Put paragraphs and lists into a fragment, before the node at `index`."""
    for offset, block in enumerate(rich):
        if isinstance(block, Paragraph):
            _write(fragment.children.insert(index + offset, XmlElement("paragraph")), block)
            continue
        bullets = fragment.children.insert(index + offset, XmlElement("bullet_list"))
        for item in block.items:
            entry = bullets.children.append(XmlElement("list_item"))
            _write(entry.children.append(XmlElement("paragraph")), item)


def marks_of(run: Run) -> dict[str, Any]:
    """The formatting of a run's text."""
    marks: dict[str, Any] = {}
    if run.strong:
        marks["strong"] = {}
    if run.link is not None:
        marks["link"] = {"href": run.link}
    return marks


def _write(element: XmlElement, paragraph: Paragraph) -> None:
    text = element.children.append(XmlText())
    at = 0
    for run in paragraph.runs:
        # Text put after marked text would take its marks over, were none given.
        text.insert(at, run.text, marks_of(run))
        at += len(run.text.encode())
