"""Merging three ways: what two sides made of the same earlier text.

Nothing here decides for people. One side changed: that one counts. Both made the same change: it
is done. Both changed different words, well apart: a mix is proposed, and a person confirms it.
Anything else is for people to choose. Naming the sides the other way round gives the same.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from server.comparing import align, mixing
from server.comparing.align import Part
from server.comparing.mixing import Reason
from server.writing import rich_text, wording
from server.writing.charter import Item, Kind
from server.writing.rich_text import BulletList, Paragraph, RichText
from server.writing.wording import Wording

_BLANKS = re.compile(r"\s+")


class Outcome(StrEnum):
    """What comes of one part of a statement, or of the whole."""

    SAME = "same"
    OURS = "ours"
    THEIRS = "theirs"
    MIX = "mix"
    CHOOSE = "choose"


class Aspect(StrEnum):
    """What can change of a statement."""

    WORDS = "words"
    MEANING = "meaning"
    PICTURE = "picture"
    PRESENCE = "presence"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class TextMerge:
    """Three texts and what comes of them.

    `result` is what to say now: for MIX only a proposal, for CHOOSE None. `reason` tells why people
    choose.
    """

    outcome: Outcome
    base: RichText
    ours: RichText
    theirs: RichText
    result: RichText | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class PictureMerge:
    """Three pictures (ids, or None for none). For CHOOSE `result` says nothing."""

    outcome: Outcome
    base: str | None
    ours: str | None
    theirs: str | None
    result: str | None


@dataclass(frozen=True, slots=True)
class PresenceMerge:
    """Whether an item is there: neither gone nor left out. For CHOOSE `result` is None."""

    outcome: Outcome
    base: bool
    ours: bool
    theirs: bool
    result: bool | None


@dataclass(frozen=True, slots=True)
class ItemMerge:
    """One heading or statement as three Charters have it, part by part.

    `place` tells who moved it: SAME (nobody, or both to one place), OURS, THEIRS or CHOOSE.
    """

    item_id: str
    base: Item | None
    ours: Item | None
    theirs: Item | None
    words: TextMerge
    meaning: TextMerge
    picture: PictureMerge
    presence: PresenceMerge
    place: Outcome = Outcome.SAME

    @property
    def outcome(self) -> Outcome:
        """What comes of what it says and of whether it is there; where it stands is `place`.

        Parts of one side beside parts of the other are a mix, too: a meaning that one side changed
        may not fit the words of the other. Of what goes, nothing counts but that it goes.
        """
        if self.presence.result is False:
            return self.presence.outcome
        found = {each.outcome for each in (self.words, self.meaning, self.picture, self.presence)}
        found.discard(Outcome.SAME)
        if Outcome.CHOOSE in found:
            return Outcome.CHOOSE
        if len(found) > 1:
            return Outcome.MIX
        return found.pop() if found else Outcome.SAME

    @property
    def result(self) -> Item | None:
        """The item that is settled or proposed; None where people choose, or where it goes.

        Its position and its reason are ours, where we have the item.
        """
        stands = self.ours or self.theirs
        if self.outcome is Outcome.CHOOSE or not self.presence.result or stands is None:
            return None
        return replace(
            stands,
            words=self.words.result or (),
            meaning=self.meaning.result or (),
            picture=self.picture.result,
            left_out=False,
            why=self.ours.why if self.ours else (),
        )

    @property
    def changed_here(self) -> frozenset[Aspect]:
        """What our side changed."""
        return self._changed(self.ours, Outcome.OURS)

    @property
    def changed_there(self) -> frozenset[Aspect]:
        """What their side changed."""
        return self._changed(self.theirs, Outcome.THEIRS)

    def _changed(self, item: Item | None, side: Outcome) -> frozenset[Aspect]:
        found = differing(self.base, item)
        if self.place in (side, Outcome.CHOOSE):
            found |= {Aspect.PLACE}
        return found


def is_there(item: Item | None) -> bool:
    """Whether a version has an item, and has not left it out."""
    return item is not None and not item.left_out


def same_text(one: RichText, other: RichText) -> bool:
    """Whether two texts say the same with the same marks, however their letters are composed."""
    return one == other or wording.canonical(Wording(one)) == wording.canonical(Wording(other))


def differing(old: Item | None, new: Item | None) -> frozenset[Aspect]:
    """What a reader sees differently of one item in two versions, its place apart.

    Of one that is not there any more, or was not before, nothing but that counts.
    """
    if is_there(old) != is_there(new):
        return frozenset({Aspect.PRESENCE})
    if not is_there(new):
        return frozenset()
    return frozenset(Aspect(part) for part in align.differing(old, new) - {Part.WHY})


def merge_text(base: RichText, ours: RichText, theirs: RichText) -> TextMerge:
    """What comes of a text that two sides may have changed.

    One more blank between two words is a change, but none that readers see: it gives way to any
    other change, and nobody is asked about it.
    """

    def found(outcome: Outcome, result: RichText | None, why: Reason | None = None) -> TextMerge:
        return TextMerge(outcome, base, ours, theirs, result, why)

    if same_text(ours, theirs):
        return found(Outcome.SAME, ours)
    if same_text(base, ours):
        return found(Outcome.THEIRS, theirs)
    if same_text(base, theirs):
        return found(Outcome.OURS, ours)
    was, here, there = map(_without_more_blanks, (base, ours, theirs))
    if here in (there, was) or there == was:
        if here == there:
            return found(Outcome.SAME, ours)
        return found(Outcome.THEIRS, theirs) if here == was else found(Outcome.OURS, ours)
    mixed = mixing.mix(base, ours, theirs)
    if isinstance(mixed, Reason):
        return found(Outcome.CHOOSE, None, mixed)
    return found(Outcome.MIX, mixed)


def merge_item(
    base: Item | None, ours: Item | None, theirs: Item | None, place: Outcome = Outcome.SAME
) -> ItemMerge:
    """What comes of one item, part by part; at least one of the three is not None.

    `place` is a matter of the whole order: see `whole.places`.
    """
    item_id = next(item.id for item in (theirs, ours, base) if item is not None)
    before = base or Item(item_id, Kind.STATEMENT, "a0")
    # One that is gone says what it said: only that it is gone counts.
    here, there = ours or before, theirs or before
    picture = _three_ways(before.picture, here.picture, there.picture)
    return ItemMerge(
        item_id,
        base,
        ours,
        theirs,
        words=merge_text(before.words, here.words, there.words),
        meaning=merge_text(before.meaning, here.meaning, there.meaning),
        picture=PictureMerge(
            picture,
            before.picture,
            here.picture,
            there.picture,
            there.picture if picture is Outcome.THEIRS else here.picture,
        ),
        presence=_presence(base, ours, theirs),
        place=place if is_there(ours) and is_there(theirs) else Outcome.SAME,
    )


def _presence(base: Item | None, ours: Item | None, theirs: Item | None) -> PresenceMerge:
    was, here, there = is_there(base), is_there(ours), is_there(theirs)
    outcome = _three_ways(was, here, there)
    if was and here != there and _reworded(base, ours if here else theirs):
        outcome = Outcome.CHOOSE  # one took out what the other changed
    result = {Outcome.CHOOSE: None, Outcome.THEIRS: there}.get(outcome, here)
    return PresenceMerge(outcome, was, here, there, result)


def _reworded(old: Item | None, new: Item | None) -> bool:
    """Whether an item says something else, and does not only look different."""
    if old is None or new is None:
        return False
    return old.picture != new.picture or any(
        _lines(was) != _lines(now)
        for was, now in ((old.words, new.words), (old.meaning, new.meaning))
    )


def _lines(rich: RichText) -> list[str]:
    """The words alone: without marks, and with one blank between two words."""
    plain = rich_text.plain(_without_more_blanks(rich))
    return plain.split("\n")


def _without_more_blanks(rich: RichText) -> RichText:
    """A text in canonical form, with one blank where there are several."""

    def paragraph(of: Paragraph) -> Paragraph:
        return Paragraph(tuple(replace(run, text=_BLANKS.sub(" ", run.text)) for run in of.runs))

    return tuple(
        paragraph(block)
        if isinstance(block, Paragraph)
        else BulletList(tuple(map(paragraph, block.items)))
        for block in wording.canonical(Wording(rich)).words
    )


def _three_ways(base: object, ours: object, theirs: object) -> Outcome:
    if ours == theirs:
        return Outcome.SAME
    if base == ours:
        return Outcome.THEIRS
    return Outcome.OURS if base == theirs else Outcome.CHOOSE
