"""Read a Charter from a Markdown file: one that `markdown_out` wrote, one edited by hand since,
or plain Markdown from elsewhere.

Where comments tell ids and parts, they are believed (`markdown_out` has the format). What stands
without one is read as a person would: the first `#` is the title, any other heading a heading,
each paragraph and each list item a statement; a list after words that end with ":" belongs to
them; one paragraph between the title and the first heading is the summary.

Nothing is cut quietly: what is over a limit is refused with its line.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode as Node

from server import clock
from server.errors import FileTooBig, NotACharter, NotUtf8, SameIdTwice
from server.writing import charter as charters
from server.writing import limits, position, rich_text
from server.writing.charter import Charter, Item, Kind
from server.writing.markdown_nodes import LISTS, blocks, front_matter, line_of, nodes, text
from server.writing.markdown_out import LABELS
from server.writing.rich_text import Block, Paragraph

_MARKER = re.compile(r"<!--\s*(statement|heading|meaning|why)\b(.*?)-->", re.IGNORECASE | re.DOTALL)
_FACT = re.compile(r"([A-Za-z-]+)(?:=(\S+))?")
_STATEMENTS = "|".join(re.escape(labels.statement) for labels in LABELS.values())
_LEFT_OUT = "|".join(re.escape(f" ({labels.left_out})") for labels in LABELS.values())
STATEMENT_LABEL = re.compile(rf"(?:{_STATEMENTS}) \d+({_LEFT_OUT})?")
_LEFT_OUT_LABEL = re.compile(rf"(?:{_LEFT_OUT})$")
_PARTS = {"words": limits.WORDS, "meaning": limits.MEANING, "why": limits.WHY}
PART_LABELS = {labels.meaning: "meaning" for labels in LABELS.values()} | {
    labels.why: "why" for labels in LABELS.values()
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A Charter with what else its file says: `facts` on top, `marks` in the comment of an item."""

    charter: Charter
    facts: Mapping[str, str]
    marks: Mapping[str, Mapping[str, str]]


def parse(data: bytes, *, mint: Callable[[], str] = clock.new_id) -> Charter:
    """The Charter in a file. `mint` gives ids to what has none; positions are spread anew.

    Raises NotUtf8, FileTooBig, SameIdTwice (naming both lines) and NotACharter.
    """
    return parse_all(data, mint=mint).charter


def parse_all(data: bytes, *, mint: Callable[[], str] = clock.new_id) -> Parsed:
    """The Charter in a file and all that its front matter and its comments say."""
    if len(data) > limits.FILE_BYTES:
        raise FileTooBig("This file is too big for a Charter. 1 MB is the most.")
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8 from error
    if "\0" in decoded:
        raise NotACharter
    found = nodes(decoded)
    facts = {key: _unquoted(value) for key, value in front_matter(found).items()}
    body = found[1:] if found and found[0].type == "front_matter" else found
    title = facts.get("title") or None
    summary = facts.get("summary") or None
    opening = _title_node(body, title)
    if opening is not None:
        title = title or text(opening) or None
        intro = _summary_node(body, opening, summary)
        summary = summary or (text(intro) if intro else None)
        body = [node for node in body if node is not opening and node is not intro]
    language = facts.get("language", "")
    reader = _Reader(mint)
    reader.read(body)
    if title is None and not reader.drafts:
        raise NotACharter
    charter = Charter(
        title=_line(title or charters.UNTITLED, "title", limits.TITLE) or charters.UNTITLED,
        summary=_line(summary or "", "summary", limits.SUMMARY),
        language=language if charters.is_language(language) else charters.LANGUAGE,
        items=reader.items(),
    )
    return Parsed(charter, facts, {draft.id: draft.marks for draft in reader.drafts})


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value, strict=False))
        except ValueError:
            return value[1:-1]
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value


def _line(words: str, name: str, limit: int) -> str:
    line = rich_text.tidy_line(words)
    if len(line) > limit:
        raise FileTooBig(f"The {name} is too long. {limit:,} characters is the most.")
    return line


def _marker(node: Node | None) -> str | None:
    """What the first comment of ours in a block says: `statement`, `heading`, `meaning`, `why`."""
    if node is None or node.type != "html_block":
        return None
    match = _MARKER.search(node.content)
    return match[1].lower() if match else None


def _level(heading: Node) -> int:
    return int(heading.tag[1:])


def _title_node(body: list[Node], title: str | None) -> Node | None:
    """The heading that is the title: the first `#` that is not an item's, else one above all."""
    pairs = zip(body, [*body[1:], None], strict=False)
    headings = [(node, _marker(after)) for node, after in pairs if node.type == "heading"]
    marked = any(_marker(node) for node in body)
    for node, marker in headings:
        if _level(node) == 1 and marker not in ("heading", "statement"):
            # With a title on top of the file, a `#` may be a heading like any other.
            same = (
                title is None
                or text(node) == rich_text.tidy_line(title)
                or (marked and node is body[0])
            )
            return node if same else None
    if title is None and headings and headings[0] == (body[0], None):
        levels = [_level(node) for node, _ in headings]
        if levels[1:] and levels[0] < min(levels[1:]):
            return body[0]
    return None


def _summary_node(body: list[Node], opening: Node, summary: str | None) -> Node | None:
    """The paragraph after the title that says the summary, or is one."""
    at = body.index(opening) + 1
    if at == len(body) or body[at].type != "paragraph":
        return None
    node, after = body[at], body[at + 1] if at + 1 < len(body) else None
    if summary is not None:
        return node if text(node) == rich_text.tidy_line(summary) else None
    heads_on = after is not None and (after.type == "heading" or _marker(after) is not None)
    return node if heads_on and len(text(node)) <= limits.SUMMARY else None


@dataclass(slots=True)
class _Draft:
    """An item being read; `line` is where it begins, counted from 1."""

    id: str
    kind: Kind
    line: int
    picture: str | None = None
    left_out: bool = False
    origins: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    parts: dict[str, list[Block]] = field(default_factory=lambda: {part: [] for part in _PARTS})


class _Reader:
    """Goes through the blocks of a file once, gathering items."""

    def __init__(self, mint: Callable[[], str]) -> None:
        self.drafts: list[_Draft] = []
        self._mint = mint
        self._lines: dict[str, int] = {}
        # Where the next block goes: into a part of the last draft, or into a statement of its own.
        self._part: str | None = None
        # A part's comment was just read: its label may come.
        self._label_next = False
        # A statement known by its label alone: labels tell its parts, too.
        self._labelled = False
        # A statement that ends with ":" waits for its list.
        self._lead: _Draft | None = None

    def read(self, body: list[Node]) -> None:
        for before, node, after in zip([None, *body], body, [*body[1:], None], strict=False):
            lead, self._lead = self._lead, None
            if node.type == "heading":
                self._heading(node, _marker(after))
            elif _marker(node) is not None:
                heading = before if before is not None and before.type == "heading" else None
                for match in _MARKER.finditer(node.content):
                    self._comment(match[1].lower(), match[2], line_of(node), heading)
            elif self._part is not None:
                self._more(node, self._part)
            elif lead is not None and node.type in LISTS:
                lead.parts["words"].extend(blocks(node))
            else:
                self._plain(node)

    def items(self) -> tuple[Item, ...]:
        if len(self.drafts) > limits.ITEMS:
            raise FileTooBig(f"This file has too many statements. {limits.ITEMS:,} is the most.")
        places = position.spread(len(self.drafts))
        return tuple(_item(draft, place) for draft, place in zip(self.drafts, places, strict=True))

    def _add(self, kind: Kind, line: int, item_id: str | None = None) -> _Draft:
        if item_id is not None and item_id in self._lines:
            first = self._lines[item_id]
            raise SameIdTwice(f"Lines {first} and {line} have the same id. Change one of them.")
        draft = _Draft(item_id or self._mint(), kind, line)
        self._lines[draft.id] = line
        self.drafts.append(draft)
        self._part = None
        self._label_next = self._labelled = False
        return draft

    def _heading(self, node: Node, marker: str | None) -> None:
        label = STATEMENT_LABEL.fullmatch(text(node))
        if marker == "heading" or (label and marker == "statement"):
            return
        if label:
            self._add(Kind.STATEMENT, line_of(node)).left_out = label[1] is not None
            self._part = "words"
            self._labelled = True
        elif text(node):
            self._add(Kind.HEADING, line_of(node)).parts["words"].extend(blocks(node))

    def _comment(self, said: str, rest: str, line: int, heading: Node | None) -> None:
        if said in ("meaning", "why"):
            if self.drafts:
                self._part = said
                self._label_next = True
            return
        facts = dict(_FACT.findall(rest))
        named = facts.get("id")
        draft = self._add(Kind(said), line, named if charters.is_name(named) else None)
        draft.marks = facts
        draft.picture = facts.get("picture")
        draft.left_out = "left-out" in facts
        draft.origins = tuple(facts.get("origins", "").split(","))
        if draft.kind is Kind.STATEMENT:
            self._part = "words"
        elif heading is not None:
            words = rich_text.tidy(blocks(heading))
            draft.parts["words"].extend(_unlabelled(words) if draft.left_out else words)

    def _more(self, node: Node, part: str) -> None:
        """A block of the item that is being read."""
        found = rich_text.tidy(blocks(node))
        if not found:
            return
        label = _label(found)
        if self._label_next:
            self._label_next = False
            if label is not None:
                found = rich_text.tidy([Paragraph(_runs(found)[1:]), *found[1:]])
        elif self._labelled and label is not None and len(_runs(found)) == 1:
            self._part = label
            return
        self.drafts[-1].parts[part].extend(found)

    def _plain(self, node: Node) -> None:
        """A block that says nothing about itself: statements."""
        if node.type == "blockquote":
            for child in node.children:
                self._plain(child)
            return
        for each in node.children if node.type in LISTS else [node]:
            inner = each.children if each.type == "list_item" else [each]
            words = rich_text.tidy(block for child in inner for block in blocks(child))
            if words:
                draft = self._add(Kind.STATEMENT, line_of(each))
                draft.parts["words"].extend(words)
                if each.type == "paragraph" and rich_text.plain(words).endswith(":"):
                    self._lead = draft


def _runs(found: rich_text.RichText) -> tuple[rich_text.Run, ...]:
    return found[0].runs if found and isinstance(found[0], Paragraph) else ()


def _label(found: rich_text.RichText) -> str | None:
    """The part that the strong words at the start of a text name."""
    runs = _runs(found)
    return PART_LABELS.get(runs[0].text.strip()) if runs and runs[0].strong else None


def _unlabelled(words: rich_text.RichText) -> list[Block]:
    """A heading's words without the " (left out)" that the file adds."""
    runs = list(_runs(words))
    if runs and not runs[-1].strong and runs[-1].link is None:
        # A heading without words of its own has lost the space before its label.
        whole = runs[-1].text if len(runs) > 1 else f" {runs[-1].text}"
        runs[-1] = rich_text.Run(_LEFT_OUT_LABEL.sub("", whole))
    return [Paragraph(tuple(runs))]


def _item(draft: _Draft, place: str) -> Item:
    parts = {}
    for part, limit in _PARTS.items():
        rich = rich_text.tidy(draft.parts[part])
        is_line = part == "words" and draft.kind is Kind.HEADING
        parts[part] = rich_text.one_line(rich) if is_line else rich
        if rich_text.length(parts[part]) > limit:
            raise FileTooBig(
                f"What begins on line {draft.line} is too long. {limit:,} characters is the most."
            )
    return charters.valid_item(
        Item(
            id=draft.id,
            kind=draft.kind,
            position=place,
            picture=draft.picture,
            left_out=draft.left_out,
            origins=draft.origins,
            **parts,
        )
    )
