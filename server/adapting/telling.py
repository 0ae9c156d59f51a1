"""A question of an update as its page tells it: what they did, what we have, what can be chosen."""

from dataclasses import dataclass

from server.adapting.answers import may_mix
from server.adapting.simple_text import to_text
from server.adapting.updates import OurUpdate, seen_of
from server.comparing import phrases, words
from server.comparing.merge import Aspect, ItemMerge, is_there
from server.comparing.spans import Changes
from server.comparing.updates import Event, Need, Question
from server.writing.charter import Item, Kind


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a question. Changes are None where that part did not change, or is not there."""

    item_id: str
    kind: Kind
    number: int | None
    sentences: tuple[str, ...]
    words: Changes | None
    meaning: Changes | None
    theirs: Item | None
    ours: Item | None
    our_words: Changes | None
    our_meaning: Changes | None


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in a box of the form: a proposed mix, or our reason."""

    words: str
    meaning: str
    has_meaning: bool


@dataclass(frozen=True, slots=True)
class ToldQuestion:
    """A question; `place` and `count` tell which one of how many, None when left for later."""

    item_id: str
    event: Event
    kind: Kind
    number: int | None
    pieces: tuple[Piece, ...]
    seen: str
    mix: Box | None
    why: str
    untouched: bool
    place: int | None
    count: int

    @property
    def main(self) -> Piece:
        return self.pieces[0]


def told(update: OurUpdate, question: Question) -> ToldQuestion:
    """A question, told."""
    pieces = tuple(_piece(update, merge) for merge in question.merges)
    waiting = [each.item_id for each in update.to_ask if not update.is_later(each.item_id)]
    done = update.answered_singly
    place = waiting.index(question.item_id) if question.item_id in waiting else None
    ours = question.merge.ours
    return ToldQuestion(
        item_id=question.item_id,
        event=question.event,
        kind=pieces[0].kind,
        number=pieces[0].number,
        pieces=pieces,
        seen=seen_of(question),
        mix=_mix(question),
        why=to_text(ours.why if ours is not None else ()),
        untouched=question.need is Need.TAKE,
        place=None if place is None else done + place + 1,
        count=done + len(waiting),
    )


def _piece(update: OurUpdate, merge: ItemMerge) -> Piece:
    comparison = update.told
    change = comparison.by_id[merge.item_id]
    base = merge.base if is_there(merge.base) else None
    ours = merge.ours if is_there(merge.ours) else None
    theirs = merge.theirs if is_there(merge.theirs) else None
    there = merge.changed_there
    return Piece(
        item_id=merge.item_id,
        kind=change.kind,
        number=update.number(merge.item_id),
        sentences=phrases.of_item(change, comparison, by_others=True),
        words=_changes(base, theirs, Aspect.WORDS) if Aspect.WORDS in there else None,
        meaning=_changes(base, theirs, Aspect.MEANING) if Aspect.MEANING in there else None,
        theirs=theirs,
        ours=ours,
        our_words=_changes(base, ours, Aspect.WORDS),
        our_meaning=_changes(base, ours, Aspect.MEANING),
    )


def _changes(old: Item | None, new: Item | None, part: Aspect) -> Changes | None:
    """What changed in one text of an item; None where nothing did, or one is not there."""
    if old is None or new is None:
        return None
    if part is Aspect.WORDS:
        found = words.changes(old.words, new.words)
    else:
        found = words.changes(old.meaning, new.meaning)
    return None if found.is_same else found


def _mix(question: Question) -> Box | None:
    proposed = question.merge.result
    if proposed is None or not may_mix(question):
        return None
    return Box(to_text(proposed.words), to_text(proposed.meaning), bool(proposed.meaning))
