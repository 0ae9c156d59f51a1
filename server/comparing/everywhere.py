"""One statement as every place says it: who kept it, who left it out, and all other wordings.

Wordings in which hardly a word differs stand together under the one that most places have. Of a
statement that places added for themselves, those about the same thing are gathered.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from server.comparing import flags, grouping, labels, phrases
from server.comparing import words as compared
from server.comparing.align import Part
from server.comparing.export import cell_json
from server.comparing.matrix import Addition, Cell, Row, State, Worked
from server.comparing.spans import Changes
from server.writing import rich_text
from server.writing.rich_text import RichText

# So many groups of wordings are shown, unless all are asked for.
MOST_SHOWN = 20


class Words(NamedTuple):
    """A stored wording; `removed` when it cannot be read: forgotten for good, or `hidden`."""

    words: RichText
    meaning: RichText
    picture: str | None
    removed: bool
    hidden: bool = False

    @property
    def unseen(self) -> str | None:
        """Why it cannot be read."""
        told = labels.of()
        return (told.hidden if self.hidden else told.removed) if self.removed else None


class Said(NamedTuple):
    """What one place has of one item. `place` counts the columns; `why` is None when it was
    forgotten for good, or is hidden (`why_hidden`).
    """

    place: int
    item_id: str
    digest: str
    left_out: bool
    why: RichText | None
    why_hidden: bool = False


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A statement of the edition (`row`), or what places added about one thing (`additions`)."""

    item_id: str
    row: Row | None
    additions: tuple[Addition, ...] = ()

    @property
    def item_ids(self) -> set[str]:
        return {self.item_id, *(addition.item_id for addition in self.additions)}

    @property
    def digests(self) -> set[str]:
        national = {self.row.digest} if self.row is not None else set()
        return national | {addition.digest for addition in self.additions}


@dataclass(frozen=True, slots=True)
class Voice:
    """One place: what it did, and why; None where the why was forgotten for good, or is hidden."""

    place: int
    cell: Cell
    why: RichText | None
    why_hidden: bool = False


@dataclass(frozen=True)
class Wording:
    """One wording, who has it, and how it differs from the national one if there is one."""

    words: Words
    voices: tuple[Voice, ...]
    national: Words | None

    @cached_property
    def changes(self) -> Changes | None:
        if self.national is None or self.words.removed or self.national.removed:
            return None
        return compared.changes(self.national.words, self.words.words)

    @cached_property
    def meaning_changes(self) -> Changes | None:
        if self.national is None or self.words.removed or self.national.removed:
            return None
        found = compared.changes(self.national.meaning, self.words.meaning)
        return None if found.is_same else found

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What is different in it."""
        found: list[str] = []
        for part, changes in ((Part.WORDS, self.changes), (Part.MEANING, self.meaning_changes)):
            if changes is not None and not changes.is_same:
                found += phrases.of_words(changes, part)
                found += phrases.of_flags(flags.flags(changes))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Together:
    """Wordings in which hardly a word differs, the one that most places have first."""

    wordings: tuple[Wording, ...]

    @property
    def first(self) -> Wording:
        return self.wordings[0]

    @property
    def voices(self) -> tuple[Voice, ...]:
        return tuple(voice for wording in self.wordings for voice in wording.voices)


@dataclass(frozen=True)
class Everywhere:
    """One statement everywhere. `national` is None for what only places have."""

    item_id: str
    number: int | None
    area: str | None
    national: Words | None
    said: Sequence[tuple[Voice, Words | None]]
    groups: Sequence[Together]

    @property
    def counts(self) -> Mapping[State, int]:
        return Counter(voice.cell.state for voice, _ in self.said)

    def in_state(self, state: State) -> list[Voice]:
        """The places that did this."""
        return [voice for voice, _ in self.said if voice.cell.state is state]

    @property
    def kept(self) -> list[Voice]:
        return self.in_state(State.KEPT)

    @property
    def moved(self) -> list[Voice]:
        return self.in_state(State.MOVED)

    @property
    def left_out(self) -> list[Voice]:
        return self.in_state(State.LEFT_OUT)

    @property
    def not_yet(self) -> list[Voice]:
        return self.in_state(State.NOT_YET)

    def rows(self, names: Sequence[str]) -> Iterator[Sequence[str]]:
        """A row for each place, for CSV."""
        yield ("Place", "What happened", "How alike", "Words", "What it means", "Why")
        if self.national is not None:
            yield ("", "", "", *_texts(self.national), "")
        for voice, says in self.said:
            cell = voice.cell
            yield (
                names[voice.place],
                labels.of().states[cell.state],
                ", ".join(labels.details(cell)),
                *_texts(says),
                labels.of().why_hidden if voice.why_hidden else rich_text.plain(voice.why or ()),
            )

    def json(self) -> dict[str, Any]:
        """The same as data: places by their numbers in `versions`."""
        return {
            "id": self.item_id,
            "number": self.number,
            "heading": self.area,
            "national": _json(self.national),
            "places": [
                {
                    "place": voice.place,
                    **cell_json(voice.cell, rich_text.plain(voice.why) if voice.why else None),
                    "says": _json(says),
                }
                for voice, says in self.said
            ],
            "groups": [[voice.place for voice in group.voices] for group in self.groups],
        }


def asked(worked: Worked, item_id: str) -> AskedFor | None:
    """What an address asks for; None where neither the edition nor any place shows such an item."""
    for row in worked.table.rows:
        if row.item_id == item_id:
            return AskedFor(item_id, row)
    for group in worked.groups:
        additions = tuple(worked.table.additions[index] for index in group.members)
        if any(addition.item_id == item_id for addition in additions):
            return AskedFor(item_id, None, additions)
    return None


def gathered(asked_for: AskedFor, said: Sequence[Said], words: Mapping[str, Words]) -> Everywhere:
    """One statement everywhere, of what places said and the words by digest."""
    row = asked_for.row
    whys = {(each.place, each.item_id): each for each in said}
    national = words.get(row.digest) if row is not None else None
    voices: list[tuple[Voice, str | None]] = []
    for place, cell in enumerate(row.cells if row is not None else ()):
        found = whys.get((place, asked_for.item_id))
        shown = None if found is None or found.left_out else found.digest
        voices.append((_voice(place, cell, found), shown))
    for addition in asked_for.additions:
        found = whys.get((addition.place, addition.item_id))
        voices.append((_voice(addition.place, addition.cell, found), addition.digest))
    first = asked_for.additions[0] if asked_for.additions else None
    return Everywhere(
        asked_for.item_id,
        None if row is None else row.number,
        row.area if row is not None else first.area if first is not None else None,
        national,
        [(voice, words.get(digest or "")) for voice, digest in voices],
        _groups(voices, words, national),
    )


def _voice(place: int, cell: Cell, found: Said | None) -> Voice:
    if found is None:
        return Voice(place, cell, ())
    return Voice(place, cell, found.why, found.why_hidden)


_WORDED = (State.REWORDED, State.ADDED, State.EARLIER)


def _groups(
    voices: Sequence[tuple[Voice, str | None]],
    words: Mapping[str, Words],
    national: Words | None,
) -> list[Together]:
    """All wordings that are not the national one; those of an older edition last."""
    having: dict[tuple[bool, str], list[Voice]] = {}
    for voice, digest in voices:
        if digest is not None and digest in words and voice.cell.state in _WORDED:
            having.setdefault((voice.cell.earlier, digest), []).append(voice)
    found: list[Together] = []
    for earlier in (False, True):
        digests = [digest for is_earlier, digest in having if is_earlier is earlier]
        counts = [len(having[earlier, digest]) for digest in digests]
        for group in grouping.near_identical([words[digest].words for digest in digests], counts):
            wordings = [
                Wording(words[digests[index]], tuple(having[earlier, digests[index]]), national)
                for index in group.members
            ]
            found.append(Together(tuple(wordings)))
    return found


def _texts(says: Words | None) -> tuple[str, str]:
    if says is None:
        return "", ""
    if says.unseen is not None:
        return says.unseen, ""
    return rich_text.plain(says.words), rich_text.plain(says.meaning)


def _json(says: Words | None) -> dict[str, Any] | None:
    if says is None:
        return None
    if says.removed:
        return {"removed": True, "hidden": says.hidden}
    return {
        "words": rich_text.to_json(says.words),
        "meaning": rich_text.to_json(says.meaning),
        "picture": says.picture,
    }
