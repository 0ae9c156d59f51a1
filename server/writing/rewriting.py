"""Makes a fragment of a live document say something else by the smallest edits.

Whoever writes there at the same time loses nothing, and a caret in words that stay stays: words
that stay are not deleted and written again, and marks are put on by formatting. Paragraphs and list
items are paired first (`alignment.py`), then the words within each pair.

Only where a list falls apart is a part of it written again, for a CRDT cannot move it. Text has
places in UTF-8 bytes here, and an element put into a text takes one.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import Any

from pycrdt import XmlElement, XmlFragment, XmlText

from server.writing import alignment, fragment, rich_text
from server.writing.alignment import Pairs
from server.writing.rich_text import BulletList, Paragraph, RichText, Run

_EMPTY = Paragraph(())
_LISTS = ("bullet_list", "list_item")
# Stands for an element in a text, which no reader reads.
_ELEMENT = "\ufffc"

Marks = tuple[bool, str | None]
"""Strong, and a link."""


def rewrite(place: XmlFragment, rich: RichText) -> None:
    """Make a fragment read as this tidy text."""
    with place.doc.transaction():
        root = _Node("", place)
        if _look(root) and fragment.says(place) != rich:
            _rearrange(root, _lines(rich))
            _write_down(root)
        if fragment.says(place) != rich:
            # Too deep or too long for anybody to read, so nobody is writing there.
            del place.children[:]
            fragment.insert(place, 0, rich)


@dataclass(slots=True, eq=False)
class _Node:
    """A node of a fragment, or (`live` is None) one to be made.

    `children` are as they should be, `before` as they are. A paragraph has a `line` it should say.
    """

    tag: str
    live: Any = None
    parent: "_Node | None" = None
    children: list["_Node"] = field(default_factory=list)
    before: list["_Node"] = field(default_factory=list)
    says: Paragraph = _EMPTY
    line: Paragraph | None = None

    def add(self, node: "_Node", index: int) -> "_Node":
        node.parent = self
        self.children.insert(index, node)
        return node

    @property
    def in_list(self) -> bool:
        return self.parent is not None and self.parent.parent is not None

    @property
    def index(self) -> int:
        assert self.parent is not None  # noqa: S101 -- asked only of what stands in something
        return self.parent.children.index(self)

    @property
    def top(self) -> "_Node":
        """The node right under the root that this one stands in."""
        node = self
        while node.parent is not None and node.parent.parent is not None:
            node = node.parent
        return node

    def paragraphs(self) -> Iterator["_Node"]:
        """All that a reader reads as a paragraph or a list item, in order."""
        for child in self.children:
            if child.tag == "paragraph":
                yield child
            elif child.tag in _LISTS:
                yield from child.paragraphs()


@dataclass(frozen=True, slots=True)
class _Line:
    """A paragraph of a text; `block` is the place of its list, None outside lists."""

    says: Paragraph
    block: int | None

    @property
    def in_list(self) -> bool:
        return self.block is not None


def _lines(rich: RichText) -> list[_Line]:
    found: list[_Line] = []
    for place, block in enumerate(rich):
        if isinstance(block, BulletList):
            found += (_Line(item, place) for item in block.items)
        else:
            found.append(_Line(block, None))
    return found


# What is there


def _look(node: _Node, depth: int = 0, left: list[int] | None = None) -> bool:
    """Learn what stands in a node; False where a reader would stop reading."""
    left = [fragment.MOST_NODES] if left is None else left
    if depth > fragment.DEEPEST:
        return False
    for live in node.live.children:
        child = _Node(fragment.tag_of(live.integrated) or "", live, node)
        node.before.append(child)
        left[0] -= 1
        if child.tag == "paragraph":
            left[0] -= len(live.children)
            child.says = fragment.said_in(live)
        if left[0] < 0 or (child.tag in _LISTS and not _look(child, depth + 1, left)):
            return False
    node.children = list(node.before)
    return True


# What it should be


def _rearrange(root: _Node, lines: Sequence[_Line]) -> None:
    """Say of each paragraph what becomes of it, and where the new ones stand."""
    nodes = list(root.paragraphs())
    places = {j: nodes[i] for i, j in _pair(nodes, lines)}
    for j, node in places.items():
        if node.says != lines[j].says:
            node.line = lines[j].says
    stays = set(places.values())
    gone = [node for node in nodes if node not in stays and node.says != _EMPTY]
    if not lines and all(node.in_list or node in gone for node in nodes):
        # One stays, empty: two people who begin to write in it at once write into one text.
        for node in [node for node in gone if not node.in_list][:1]:
            node.line = _EMPTY
            gone.remove(node)
    for node in gone:
        _take_out(node)
    for j in range(len(lines)):
        if j not in places:
            places[j] = _put_in(root, lines, places, j)


def _pair(nodes: Sequence[_Node], lines: Sequence[_Line]) -> Pairs:
    """Which paragraph becomes which line; one of a list never leaves it."""
    said = [alignment.tokens(node.says.text) for node in nodes]
    wanted = [alignment.tokens(line.says.text) for line in lines]

    def weight(i: int, j: int) -> int:
        """How many characters stay, and one for staying at all."""
        same = alignment.kept_tokens(said[i], wanted[j])
        return 1 + sum(len(said[i][place]) for place, _ in same if not said[i][place].isspace())

    def alike(i: int, j: int) -> int:
        return weight(i, j) if nodes[i].in_list == lines[j].in_list else 0

    pairs = alignment.paired(
        [(node.in_list, node.says) for node in nodes],
        [(line.in_list, line.says) for line in lines],
        alike,
    )
    # A list goes on as the one new list in which most of it stays.
    shares: dict[_Node, dict[int | None, int]] = {}
    for i, j in pairs:
        share = shares.setdefault(nodes[i].top, {})
        share[lines[j].block] = share.get(lines[j].block, 0) + weight(i, j)
    goes_on = {top: max(share, key=share.__getitem__) for top, share in shares.items()}
    return [(i, j) for i, j in pairs if goes_on[nodes[i].top] == lines[j].block]


def _take_out(node: _Node) -> None:
    """Take a paragraph out, with the list that is empty then."""
    parent = node.parent
    assert parent is not None  # noqa: S101 -- it stands in the fragment
    parent.children.remove(node)
    if not parent.children and parent.parent is not None:
        _take_out(parent)


def _put_in(root: _Node, lines: Sequence[_Line], places: Mapping[int, _Node], j: int) -> _Node:
    """Make a new paragraph for a line; all lines before it have their places."""
    new = _Node("paragraph", line=lines[j].says)
    before = places.get(j - 1)
    behind = 0 if before is None else before.top.index + 1
    if not lines[j].in_list:
        return root.add(new, behind)
    if before is not None and lines[j - 1].block == lines[j].block:
        return _put_beside(before, new, 1)
    same_list = (k for k in range(j + 1, len(lines)) if lines[k].block == lines[j].block)
    following = next((places[k] for k in same_list if k in places), None)
    if following is not None:
        return _put_beside(following, new, 0)
    return root.add(_Node("bullet_list"), behind).add(_Node("list_item"), 0).add(new, 0)


def _put_beside(neighbour: _Node, new: _Node, offset: int) -> _Node:
    """Put a list item right after another one (offset 1), or right before it (0)."""
    item = neighbour.parent
    assert item is not None  # noqa: S101 -- a list item stands in a list
    at_edge = neighbour.index == (len(item.children) - 1 if offset else 0)
    if item.tag == "list_item" and item.in_list and item.parent is not None and at_edge:
        return item.parent.add(_Node("list_item"), item.index + offset).add(new, 0)
    return item.add(new, neighbour.index + offset)


# Writing it down


def _write_down(node: _Node) -> None:
    """Make what stands in a live node be what should: from its end, so that places stay true."""
    children = node.live.children
    at = len(node.before)
    for child in reversed(node.children):
        if child.live is None:
            child.live = children.insert(at, XmlElement(child.tag))
        else:
            end = at
            while node.before[at - 1] is not child:
                at -= 1
            del children[at:end]
            at -= 1
        if child.line is not None:
            _say(child.live, child.line)
        elif child.tag in _LISTS:
            _write_down(child)
    del children[:at]


def _say(paragraph: XmlElement, wanted: Paragraph) -> None:
    """Make a paragraph say this, word by word."""
    texts = [child for child in paragraph.children if isinstance(child, XmlText)]
    standing = _Standing(texts or [paragraph.children.append(XmlText())])
    old, keys, at = standing.tokens()
    new = alignment.tokens(wanted.text)
    olds = list(accumulate(map(len, old), initial=at))
    news = list(accumulate(map(len, new), initial=0))
    marks = [(run.strong, run.link) for run in wanted.runs for _ in run.text]
    pairs = alignment.kept_tokens(keys, new)
    standing.mark(
        (olds[i] + offset, marks[news[j] + offset])
        for i, j in pairs
        for offset in range(len(old[i]))
    )
    i_after, j_after = len(old), len(new)
    for i, j in reversed([(-1, -1), *pairs]):
        # Between a word that stays and the next one that does.
        standing.delete(olds[i + 1], olds[i_after])
        at, end = news[j + 1], news[j_after]
        standing.insert(olds[i + 1], _runs(wanted.text[at:end], marks[at:end]))
        i_after, j_after = i, j


def _runs(text: str, marks: Sequence[Marks]) -> Iterator[Run]:
    for (strong, link), places in groupby(range(len(text)), key=marks.__getitem__):
        yield Run("".join(text[place] for place in places), strong, link)


class _Standing:
    """The text of one paragraph as it stands, in one shared text or several.

    Places are those of characters as they were when it was read. Marks may be changed at any, the
    text only from its end to its start.
    """

    def __init__(self, texts: Sequence[XmlText]) -> None:
        self._texts = texts
        self._marks: list[Mapping[str, Any]] = []
        self._elements: set[int] = set()
        # For each character: its text, and the bytes from which to which it is there.
        self._bytes: list[tuple[int, int, int]] = []
        characters: list[str] = []
        for number, text in enumerate(texts):
            byte = 0
            for value, marks in text.diff():
                is_text = isinstance(value, str)
                if not is_text:
                    self._elements.add(len(characters))
                for character in value if is_text else _ELEMENT:
                    size = len(character.encode()) if is_text else 1
                    characters.append(character)
                    self._marks.append(marks or {})
                    self._bytes.append((number, byte, byte + size))
                    byte += size
        self._text = rich_text.tidy_text("".join(characters))

    def tokens(self) -> tuple[list[str], list[Hashable], int]:
        """Its tokens, what to compare of each, and the place where the first one starts.

        White space at the ends is left alone: it does not show, and somebody may be going on there.
        """
        start = len(self._text) - len(self._text.lstrip())
        tokens = alignment.tokens(self._text[start:].rstrip())
        starts = accumulate(map(len, tokens), initial=start)
        keys: list[Hashable] = [
            token if self._elements.isdisjoint(range(at, at + len(token))) else (at,)
            for at, token in zip(starts, tokens, strict=False)
        ]
        return tokens, keys, start

    def mark(self, wanted: Iterable[tuple[int, Marks]]) -> None:
        """Give characters their marks, by formatting as few stretches as it takes."""
        stretches: list[tuple[int, int, int, dict[str, Any]]] = []
        for place, marks in wanted:
            number, start, end = self._bytes[place]
            change = _change(self._marks[place], marks)
            last = stretches[-1] if stretches else None
            if last is not None and (last[0], last[2], last[3]) == (number, start, change):
                stretches[-1] = (number, last[1], end, change)
            else:
                stretches.append((number, start, end, change))
        for number, start, end, change in stretches:
            if change:
                self._texts[number].format(start, end, change)

    def delete(self, start: int, end: int) -> None:
        """Delete the characters from one place to another."""
        for number, group in groupby(reversed(self._bytes[start:end]), key=lambda place: place[0]):
            places = list(group)
            del self._texts[number][places[-1][1] : places[0][2]]

    def insert(self, place: int, runs: Iterable[Run]) -> None:
        """Put runs in before a place, right behind what stands before it."""
        number, _, byte = self._bytes[place - 1] if place > 0 else (0, 0, 0)
        for run in runs:
            # Text put after marked text would take its marks over, were none given.
            self._texts[number].insert(byte, run.text, fragment.marks_of(run))
            byte += len(run.text.encode())


def _change(standing: Mapping[str, Any], wanted: Marks) -> dict[str, Any]:
    """What to format so that a character has the marks that are wanted."""
    new = fragment.marks_of(Run("", *wanted))
    change: dict[str, Any] = {}
    for name, is_so, should_be in zip(
        ("strong", "link"), fragment.read_marks(standing), wanted, strict=True
    ):
        if is_so != should_be:
            change |= {key: None for key in standing if fragment.mark_name(key) == name}
            change |= {key: value for key, value in new.items() if key == name}
    return change
