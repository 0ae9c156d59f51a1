"""The answers to a national change, and what each makes of our statements.

Take theirs, keep ours, take the mix, or later. Where the other group split or joined statements,
one answer is for all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from server.adapting.taking import Wanted, print_of
from server.comparing.merge import ItemMerge, Outcome, is_there
from server.comparing.updates import Question
from server.writing.charter import Charter, Item
from server.writing.rich_text import RichText


class Choice(StrEnum):
    """What a group decides on a statement of a newer edition."""

    THEIRS = "theirs"
    OURS = "ours"
    MIX = "mix"
    LATER = "later"


@dataclass(frozen=True)
class Edition:
    """What their edition says, and what of it stands elsewhere in our version.

    `astray` are the items that we moved ourselves: nothing is put behind one of them.
    """

    says: Charter
    astray: Collection[str] = ()

    def behind(self, item_id: str) -> tuple[str, ...]:
        """The items that stand before one, the nearest first."""
        ids = [item.id for item in self.says.items if not item.left_out]
        before = reversed(ids[: ids.index(item_id)])
        return tuple(other for other in before if other not in self.astray)


def may_mix(question: Question) -> bool:
    """Whether a mix can be offered: both sides changed, and different words."""
    merge = question.merge
    return len(question.merges) == 1 and merge.outcome is Outcome.MIX and merge.result is not None


def take_theirs(question: Question, edition: Edition) -> tuple[Wanted, ...]:
    """Take what they have, of each item that the question is about."""
    return tuple(_theirs(merge, edition) for merge in question.merges)


def keep_ours(question: Question, edition: Edition, why: RichText | None) -> tuple[Wanted, ...]:
    """Keep what we have; `why` is None where reasons stay as they are.

    What they added and we do not want becomes a statement that we left out: so we can say why,
    and put it back later.
    """
    return tuple(_ours(merge, edition, why) for merge in question.merges)


def take_mix(
    question: Question, edition: Edition, words: RichText, meaning: RichText, why: RichText | None
) -> tuple[Wanted, ...]:
    """Take the mix that was proposed, in the words that people made of it."""
    proposed = question.merge.result
    if proposed is None or not may_mix(question):
        raise ValueError("there is no mix of these")
    item = replace(proposed, words=words, meaning=meaning, why=proposed.why if why is None else why)
    moves = question.merge.place is Outcome.THEIRS
    return (
        Wanted(
            item.id,
            print_of(question.merge.ours),
            item,
            edition.behind(item.id) if moves else None,
        ),
    )


def leave(question: Question) -> tuple[Wanted, ...]:
    """Change nothing, and have people asked again."""
    return tuple(Wanted(merge.item_id, print_of(merge.ours)) for merge in question.merges)


def _theirs(merge: ItemMerge, edition: Edition) -> Wanted:
    here, there = merge.ours, merge.theirs
    seen = print_of(here)
    if there is None or there.left_out:
        gone = replace(here, left_out=True) if here is not None and is_there(here) else None
        return Wanted(merge.item_id, seen, gone)
    # Our reason was for what we had: with their words there is nothing left to give a reason for.
    had_own = merge.outcome in (Outcome.MIX, Outcome.CHOOSE)
    why = () if here is None or had_own else here.why
    moves = here is None or merge.place in (Outcome.THEIRS, Outcome.CHOOSE)
    item = replace(there, why=why, origins=_origins(here, there))
    return Wanted(merge.item_id, seen, item, edition.behind(merge.item_id) if moves else None)


def _ours(merge: ItemMerge, edition: Edition, why: RichText | None) -> Wanted:
    here, there = merge.ours, merge.theirs
    seen = print_of(here)
    if here is None:
        if there is None or there.left_out:
            return Wanted(merge.item_id, seen)
        item = replace(there, why=why or (), left_out=True)
        return Wanted(merge.item_id, seen, item, edition.behind(merge.item_id))
    if why is None or why == here.why:
        return Wanted(merge.item_id, seen)
    return Wanted(merge.item_id, seen, replace(here, why=why))


def _origins(here: Item | None, there: Item) -> tuple[str, ...]:
    ours = () if here is None else here.origins
    return tuple(dict.fromkeys((*ours, *there.origins)))
