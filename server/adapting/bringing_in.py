"""Bring in what exists: a version that a place made elsewhere, matched to the national statements.

What is found is proposed, and a person says what is right. Only then is a Charter made of it:
every part that comes from a national statement gets its id; of two parts that come from one, the
first is that statement and the other was split off from it; a national statement that no part
comes from was left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from server import clock
from server.comparing.matching import Match, match
from server.comparing.passages import passages
from server.writing import charter as charters
from server.writing import position
from server.writing.charter import Charter, Item, Kind


class Doubt(IntEnum):
    """How much a person should look at what was found; the most doubtful first."""

    PERHAPS = 0
    NEW = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A heading or statement of a file, and the national one that it seems to come from."""

    item: Item
    national_id: str | None
    doubt: Doubt


def propose(national: Charter, file: Charter) -> tuple[Proposal, ...]:
    """Where each part of a file seems to come from, in the file's order.

    Ids that the file shares with the national Charter are believed.
    """
    kept = {item.id for item in national.items} & {item.id for item in file.items}
    parts = [each for each in passages(file) if each.id not in kept]
    whole = [each for each in passages(national) if each.id not in kept]
    found = {parts[one.local].id: one for one in match(whole, parts)}
    return tuple(
        Proposal(item, item.id, Doubt.SURE)
        if item.id in kept
        else _proposal(item, found.get(item.id))
        for item in file.items
    )


def _proposal(item: Item, found: Match | None) -> Proposal:
    if found is None or found.is_new:
        # What was split off from a statement is that statement's other half.
        split_from = found.also_from[0] if found is not None and found.also_from else None
        return Proposal(item, split_from, Doubt.NEW if split_from is None else Doubt.PERHAPS)
    return Proposal(item, found.national, Doubt.SURE if found.sure else Doubt.PERHAPS)


def doubtful_first(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The statements among the proposals, those first that a person should look at."""
    statements = (one for one in proposals if one.item.kind is Kind.STATEMENT)
    return sorted(statements, key=lambda one: one.doubt)


def chosen(proposals: Sequence[Proposal], choices: Mapping[str, str | None]) -> dict[str, str]:
    """Which national item each part of a file is, by the file's ids; what is new is not in it.

    `choices` are what a person said of statements: a national id, or None for a new one.
    """
    found = {one.item.id: one.national_id for one in proposals} | dict(choices)
    return {item_id: national_id for item_id, national_id in found.items() if national_id}


def brought_in(national: Charter, file: Charter, sources: Mapping[str, str]) -> Charter:
    """The local version that a file holds; `sources` is what `chosen` gave.

    A file without any meanings, pictures or headings is silent about them, and did not leave them
    out: then the national ones stand.
    """
    theirs = {item.id: item for item in national.items}
    silent = _Silent(file)
    used: set[str] = set()
    items: list[Item] = []
    for item in file.items:
        source = theirs.get(sources.get(item.id, ""))
        if source is None:
            # An id of the national Charter that a person said is not that statement.
            items.append(replace(item, id=clock.new_id()) if item.id in theirs else item)
        elif source.id in used:
            items.append(replace(item, id=clock.new_id(), origins=(source.id,)))
        else:
            used.add(source.id)
            items.append(silent.completed(replace(item, id=source.id), source))
    _put_left_out(items, national, used, keep_headings=not file.headings)
    places = position.spread(len(items))
    placed = (replace(each, position=at) for each, at in zip(items, places, strict=True))
    return charters.valid(replace(file, items=tuple(placed)))


class _Silent:
    """What a file says nothing about at all."""

    def __init__(self, file: Charter) -> None:
        self._of_meanings = not any(item.meaning for item in file.items)
        self._of_pictures = not any(item.picture for item in file.items)

    def completed(self, item: Item, source: Item) -> Item:
        if self._of_meanings:
            item = replace(item, meaning=source.meaning)
        return replace(item, picture=source.picture) if self._of_pictures else item


def _put_left_out(
    items: list[Item], national: Charter, used: set[str], *, keep_headings: bool
) -> None:
    """Put what no part comes from where it stood, after what it followed."""
    before: str | None = None
    for item in national.items:
        if item.id not in used and not item.left_out:
            kept = keep_headings and item.kind is Kind.HEADING
            at = next((n for n, each in enumerate(items, 1) if each.id == before), 0)
            items.insert(at, replace(item, left_out=not kept, why=()))
        if any(each.id == item.id for each in items):
            before = item.id
