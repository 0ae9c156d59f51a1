"""The table of a national edition, worked out once and kept.

A table is kept for each edition and the newest editions held against it, and a difference for each
two wordings. What is kept is only stances and figures; people's words are read anew when a page
shows them, so forgetting words for good leaves none of them here.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import compress, product

from rapidfuzz.distance import Indel
from sqlalchemy.ext.asyncio import AsyncSession

from server.comparing import grouping, matrix, reading, tokens
from server.comparing.align import Part
from server.comparing.grouping import Group
from server.comparing.matrix import Addition, Difference, Entry, Version, Worked
from server.comparing.reading import National, Place, StoredText
from server.comparing.shelf import Shelf
from server.writing.rich_text import Paragraph, Run

# How many cells the kept tables have in all: 60 statements in 1,000 places, several times.
_CELLS = 400_000
# How many pairs of wordings are remembered: all reworded ones of 1,000 places.
_PAIRS = 60_000


class Tables:
    """What was worked out, for all who ask. Made once, in app.py, as `app.state.tables`."""

    def __init__(self, cells: int = _CELLS, pairs: int = _PAIRS) -> None:
        self._worked: Shelf[tuple[str, ...], Worked] = Shelf(cells, lambda kept: kept.size)
        self._differences: Shelf[tuple[str, str], Difference] = Shelf(pairs)
        # One table is worked out at a time: who comes second finds it done.
        self._working = asyncio.Lock()

    async def of(
        self, session: AsyncSession, national: National, places: Sequence[Place]
    ) -> Worked:
        """The table of these places, worked out in a thread unless it is kept."""
        key = (national.edition.id, *(place.key for place in places))
        worked = self._worked.get(key)
        if worked is not None:
            return worked
        async with self._working:
            worked = self._worked.get(key)
            if worked is None:
                worked = await self._work_out(session, national, places)
                self._worked.put(key, worked)
        return worked

    async def _work_out(
        self, session: AsyncSession, national: National, places: Sequence[Place]
    ) -> Worked:
        edition_id = national.edition.id
        bases = {place.base_id for place in places if place.base_id not in {None, edition_id}}
        shown = {place.edition_id for place in places if place.edition_id is not None}
        editions = await reading.entries(session, [edition_id, *(shown | bases)])
        drafts = [place.charter_id for place in places if place.is_draft]
        drafted = await reading.drafted(session, drafts) if drafts else {}
        versions = [
            Version(
                drafted[place.charter_id]
                if place.edition_id is None
                else editions.get(place.edition_id, ()),
                editions.get(place.base_id) if place.base_id in bases else None,
            )
            for place in places
        ]
        ours = editions.get(edition_id, [])
        pairs = matrix.differing(ours, versions)
        known = {pair: like for pair in pairs if (like := self._differences.get(pair)) is not None}
        missing = pairs - known.keys()
        digests = {digest for pair in missing for digest in pair}
        digests |= {entry.digest for entry in matrix.added(ours, versions)}
        texts = await reading.texts(session, digests, {edition_id, *shown}, drafts)
        worked, new = await asyncio.to_thread(work_out, ours, versions, known, missing, texts)
        for pair, difference in new.items():
            self._differences.put(pair, difference)
        return worked


def work_out(
    ours: Sequence[Entry],
    versions: Sequence[Version],
    known: Mapping[tuple[str, str], Difference],
    missing: Collection[tuple[str, str]],
    texts: Mapping[str, StoredText],
) -> tuple[Worked, dict[tuple[str, str], Difference]]:
    """The table, and the differences that were not known. One thread's work, without waiting."""
    new = _differences(missing, texts)
    differences = {**known, **new}
    table = matrix.table(ours, versions, lambda old, new: differences[old, new])
    return Worked(table, _groups(table.additions, texts)), new


def _differences(
    pairs: Collection[tuple[str, str]], texts: Mapping[str, StoredText]
) -> dict[tuple[str, str], Difference]:
    """How these wordings differ, old and new."""
    # A national wording is held against those of many places, and read once.
    national: dict[str, Sequence[str]] = {}

    def difference(pair: tuple[str, str]) -> Difference:
        old, new = texts.get(pair[0]), texts.get(pair[1])
        # Of words that were forgotten nobody can say how they differ.
        if old is None or new is None or old.removed or new.removed:
            return _FORGOTTEN
        reworded, explained = old.words != new.words, old.meaning != new.meaning
        parts = _PARTS[reworded, explained, old.picture != new.picture]
        if Part.WORDS not in parts:
            return Difference(parts, 1.0)
        if pair[0] not in national:
            national[pair[0]] = _tokens(old)
        alike = Indel.normalized_similarity(national[pair[0]], _tokens(new))
        # In steps of a hundredth, so that few different cells are kept.
        return Difference(parts, round(alike, 2))

    return {pair: difference(pair) for pair in pairs}


def _tokens(text: StoredText) -> Sequence[str]:
    """What `words.similarity` compares of a text: marks and bullets are no part of it."""
    return tokens.of(tuple(Paragraph((Run(line),)) for line in text.lines)).keys


def _groups(additions: Sequence[Addition], texts: Mapping[str, StoredText]) -> tuple[Group, ...]:
    """Additions that are about the same thing; each group's first text is the one most have.

    One statement stays one, though two places reworded what a third put back; and equal words are
    one text, however many places have it.
    """
    standing_for: dict[str, str] = {}
    having: dict[str, list[int]] = {}
    for index, addition in enumerate(additions):
        digest = standing_for.setdefault(addition.item_id, addition.digest)
        having.setdefault(digest, []).append(index)
    said = [texts[digest].plain if digest in texts else "" for digest in having]
    members = list(having.values())
    found = grouping.about_the_same(said, [len(places) for places in members])
    return tuple(
        Group(tuple(index for text in group.members for index in members[text])) for group in found
    )


_FORGOTTEN = Difference(frozenset({Part.WORDS}), None)
# Which parts differ, by whether each does.
_PARTS = {
    differs: frozenset(compress((Part.WORDS, Part.MEANING, Part.PICTURE), differs))
    for differs in product((False, True), repeat=3)
}
