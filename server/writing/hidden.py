"""What readers of a Charter do not see: words hidden with a reason, or forgotten for good.

`Unseen` is asked by everything that shows what a Charter said: its history, its editions, and the
table of places. What is hidden stays in the rows, and its digest with it; so it can be shown again,
and an edition can still be checked. docs/decisions/hiding.md says why it is done so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.people.tables import PersonRow
from server.writing.tables import HidingRow, RemovalRow

WORDS, WHY, SAID = "words", "why", "said"
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Hiding:
    """Words of an item are hidden: since when, by whom (None: by somebody unknown), and why.

    `part` is WORDS (with what they mean and their picture) or WHY; `digest` tells which. It is SAID
    for what a group said about an item to another one; `digest` is the id of that.
    """

    id: str
    item_id: str
    part: str
    digest: str
    reason: str
    at: datetime
    by: str | None

    @property
    def is_why(self) -> bool:
        return self.part == WHY

    @property
    def told(self) -> str:
        """As its group is told it."""
        return in_words(self, by_name=True)


class Unseen:
    """What of one Charter is not shown to its readers.

    `removed` tells when wordings were forgotten in this Charter. One that was said again after that
    is shown again. One that was hidden is not, until it is shown again with a press.
    """

    def __init__(
        self, removed: Mapping[str, datetime], hidings: Collection[Hiding], *, hide: bool = True
    ) -> None:
        self._removed = removed
        self._hidden = {(one.item_id, one.part, one.digest): one for one in hidings if hide}

    @classmethod
    async def of(cls, session: AsyncSession, charter_id: str, *, hide: bool = True) -> "Unseen":
        """What is not shown of a Charter; with `hide` False, only what was forgotten."""
        removed = await session.execute(
            select(RemovalRow.digest, func.max(RemovalRow.removed_at))
            .where(RemovalRow.charter_id == charter_id)
            .group_by(RemovalRow.digest)
        )
        found = await hidings(session, charter_id) if hide else ()
        return cls({one[0]: one[1] for one in removed}, found)

    def words(self, item_id: str, digest: str, said_at: datetime) -> "Hiding | bool":
        """Whether these words of an item are not shown: how they were hidden, or True if gone."""
        forgotten_at = self._removed.get(digest)
        if forgotten_at is not None and said_at <= forgotten_at:
            return True
        return self._hidden.get((item_id, WORDS, digest), False)

    def why(self, item_id: str, digest: str) -> Hiding | None:
        """How this reason of an item was hidden, if it was."""
        return self._hidden.get((item_id, WHY, digest))


async def hidings(
    session: AsyncSession, charter_id: str, item_id: str | None = None
) -> tuple[Hiding, ...]:
    """What is hidden of a Charter, or of one of its items, the newest first."""
    asked = (
        select(HidingRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == HidingRow.hidden_by)
        .where(HidingRow.charter_id == charter_id, *STANDS)
        .order_by(HidingRow.hidden_at.desc(), HidingRow.id)
    )
    if item_id is not None:
        asked = asked.where(HidingRow.item_id == item_id)
    return tuple(
        Hiding(row.id, row.item_id, row.part, row.digest, row.reason, row.hidden_at, name)
        for row, name in await session.execute(asked)
    )


async def reasons_of(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """Of these things that were SAID, those that are hidden, each with the reason."""
    found = await session.execute(
        select(HidingRow.digest, HidingRow.reason).where(
            HidingRow.part == SAID, HidingRow.digest.in_(ids), *STANDS
        )
    )
    return {row.digest: row.reason for row in found}


async def hidden_of_many(
    session: AsyncSession, charter_ids: Collection[str]
) -> set[tuple[str, str, str, str]]:
    """What is hidden of many Charters: (Charter's id, item's id, part, digest).

    One question for a thousand places: databases take only so many values at once.
    """
    ids = sorted(charter_ids)
    columns = (HidingRow.charter_id, HidingRow.item_id, HidingRow.part, HidingRow.digest)
    found: set[tuple[str, str, str, str]] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = await session.execute(
            select(*columns).where(HidingRow.charter_id.in_(some), *STANDS)
        )
        found.update((row[0], row[1], row[2], row[3]) for row in rows)
    return found


def is_hidden_now(
    connection: Connection, charter_id: str, said: Collection[tuple[str, str, str]]
) -> bool:
    """Whether any of these is hidden: (item's id, part, digest). Asked where words are put back."""
    found = connection.execute(
        select(HidingRow.item_id, HidingRow.part, HidingRow.digest).where(
            HidingRow.charter_id == charter_id, *STANDS
        )
    )
    return any((row[0], row[1], row[2]) in said for row in found)


# A hiding that stands: not shown again, and not forgotten for good, which takes its content away.
STANDS = (HidingRow.shown_at.is_(None), HidingRow.content.is_not(None))


def in_words(hiding: Hiding, *, by_name: bool = False, earlier: bool = False) -> str:
    """The reason as readers are told it. Names of people are for their group alone.

    `earlier`: other words stand there now.
    """
    who = (hiding.by or "Somebody") if by_name else "The group"
    what = "This why is" if hiding.is_why else "These words are"
    if earlier:
        what = "An earlier why is" if hiding.is_why else "Earlier words here are"
    return f"{what} hidden. {who} gave this reason: {hiding.reason}"
