"""Hiding words of a statement with a reason, and showing them again.

What the Charter says now is taken out of its document by an edit of the server's own, together with
the row that keeps it; so everybody's page follows. Earlier words are hidden by that row alone.
docs/decisions/hiding.md says what is not shown then, and to whom.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import (
    AlreadyHidden,
    BeingWritten,
    NotFilledIn,
    NothingToHide,
    ShownAlready,
    UnknownHiding,
    WordsChanged,
)
from server.live.rooms import Rooms
from server.people.audit import What, record_on
from server.people.permits import Who
from server.people.safety.hiding import tidy_reason
from server.store import Store
from server.writing import history
from server.writing.authors import Author
from server.writing.charter import Item
from server.writing.hidden import SAID, STANDS, WHY, WORDS, Hiding, hidings
from server.writing.rich_text import RichText, from_json
from server.writing.tables import CharterRow, HidingRow
from server.writing.taking_out import PutBack, TakeOut, content_of, digest_of, says_nothing

# Somebody who types may be quicker than we are; more often than this, the lead looks again.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be hidden: the WORDS or the WHY of an item that have this digest.

    `is_now`: they are, or were shown as, what the item says at present.
    """

    item_id: str
    part: str
    digest: str
    is_now: bool = False

    @classmethod
    def read(cls, item_id: str, value: str, *, is_now: bool = False) -> "Wanted":
        """What a form says, such as "words:DIGEST". Raises NotFilledIn."""
        part, _, digest = value.partition(":")
        if part not in {WORDS, WHY} or not digest:
            raise NotFilledIn("Please choose what you want to hide.")
        return cls(item_id, part, digest, is_now)


@dataclass(frozen=True, slots=True)
class _Found:
    """Words that are there to be hidden, and the item that says them, or said them."""

    wanted: Wanted
    item: Item


@dataclass(frozen=True, slots=True)
class Kept:
    """What is hidden, with what it said, for those who may show it again."""

    hiding: Hiding
    words: RichText
    meaning: RichText
    picture: str | None


class HidingWords:
    """Hides and shows words of Charters. Made once, in app.py, as `app.state.hiding`."""

    def __init__(self, store: Store, rooms: Rooms) -> None:
        self._store = store
        self._rooms = rooms

    async def hide(self, row: CharterRow, wanted: Wanted, reason: str, who: Who) -> None:
        """Hide these words, for this reason, also where somebody is writing just now.

        Raises NotFilledIn without a reason, NothingToHide, AlreadyHidden, and WordsChanged where
        the item never said them or says something else by now.
        """
        reason = tidy_reason(reason)
        # What somebody goes on typing changes the words at each key: what they made of them goes.
        grows = wanted.is_now and await self._is_written(row.id, wanted.item_id, who)
        for left in reversed(range(_TRIES if grows else 1)):
            try:
                await self._hide(row, wanted, reason, who, grows=grows)
            except WordsChanged:
                if not left:
                    raise
            else:
                return

    async def _hide(
        self, row: CharterRow, wanted: Wanted, reason: str, who: Who, *, grows: bool
    ) -> None:
        if grows:
            await self._rooms.settling.settle(row.id)
        async with self._store.reading() as session:
            found = await _find(session, row.id, wanted, grows=grows)

        def record(connection: Connection) -> None:
            new = [one for one in found if not _is_hidden(connection, row.id, one.wanted)]
            if not new:
                raise AlreadyHidden
            for one in new:
                values = _row(row, one, reason, who)
                connection.execute(insert(HidingRow).values(**values))
            _note(connection, What.HID, row, wanted.item_id, who)

        present = next((one.wanted for one in found if one.wanted.is_now), None)
        if present is None:
            await self._alone(record)
            return
        # Else words that came and went within one sitting would not be told of.
        await self._rooms.settling.sittings.end(row.id)
        await self._rooms.change(
            row.id,
            TakeOut(present.item_id, present.part, present.digest),
            author=Author(who.person_id),
            record=record,
        )
        await self._rooms.settling.settle(row.id)

    async def _is_written(self, charter_id: str, item_id: str, who: Who) -> bool:
        try:
            await self._rooms.refuse_if_written(charter_id, [item_id], author=Author(who.person_id))
        except BeingWritten:
            return True
        return False

    async def show(self, row: CharterRow, hiding_id: str, who: Who) -> str:
        """Show hidden words again, where they were; returns the item's id.

        Where somebody has written something else there, only the history shows them again. Raises
        UnknownHiding, ShownAlready and BeingWritten.
        """
        async with self._store.reading() as session:
            hidden = await session.get(HidingRow, hiding_id)
        if hidden is None or hidden.charter_id != row.id:
            raise UnknownHiding
        if hidden.shown_at is not None or hidden.content is None:
            raise ShownAlready

        def record(connection: Connection) -> None:
            done = connection.execute(
                update(HidingRow)
                .where(HidingRow.id == hiding_id, *STANDS)
                .values(shown_at=clock.now(), shown_by=who.person_id)
            )
            if done.rowcount != 1:
                raise ShownAlready
            _note(connection, What.SHOWED, row, hidden.item_id, who)

        if hidden.content["now"]:
            await self._rooms.settling.sittings.end(row.id)
            await self._rooms.change(
                row.id,
                PutBack(hidden.item_id, hidden.part, hidden.content),
                author=Author(who.person_id),
                items=[hidden.item_id],
                record=record,
            )
            await self._rooms.settling.settle(row.id)
        else:
            await self._alone(record)
        return hidden.item_id

    async def _alone(self, record: Any) -> None:
        async with self._store.session() as session:
            connection = await session.connection()
            await connection.run_sync(record)


async def kept(session: AsyncSession, charter_id: str) -> list[Kept]:
    """What is hidden of a Charter, the newest first, with what it said."""
    found = await hidings(session, charter_id)
    rows = await session.scalars(select(HidingRow).where(HidingRow.id.in_([h.id for h in found])))
    contents = {row.id: row.content for row in rows}
    return [_kept(hiding, contents[hiding.id]) for hiding in found]


async def _find(
    session: AsyncSession, charter_id: str, wanted: Wanted, *, grows: bool
) -> list[_Found]:
    """What shall be hidden; where it `grows`, what the item says by now as well.

    Raises WordsChanged and NothingToHide.
    """
    now = await history.present(session, charter_id, wanted.item_id)
    earlier = await history.earlier(session, charter_id, wanted.item_id, hide=False)
    found: dict[str, _Found] = {}
    if now is not None:
        digest = digest_of(now.item, wanted.part)
        if grows or digest == wanted.digest:
            found[digest] = _Found(replace(wanted, digest=digest, is_now=True), now.item)
    for one in earlier:
        if digest_of(one.version.item, wanted.part) == wanted.digest:
            said = _Found(replace(wanted, is_now=False), one.version.item)
            found.setdefault(wanted.digest, said)
    if not found:
        raise WordsChanged
    says = [one for one in found.values() if not says_nothing(one.item, wanted.part)]
    if not says:
        raise NothingToHide
    return says


def _is_hidden(connection: Connection, charter_id: str, wanted: Wanted) -> bool:
    # Two presses at once wait for each other here.
    connection.execute(select(CharterRow.id).where(CharterRow.id == charter_id).with_for_update())
    same = select(HidingRow.id).where(
        HidingRow.charter_id == charter_id,
        HidingRow.item_id == wanted.item_id,
        HidingRow.part == wanted.part,
        HidingRow.digest == wanted.digest,
        *STANDS,
    )
    return connection.scalar(same) is not None


def _row(row: CharterRow, found: _Found, reason: str, who: Who) -> dict[str, Any]:
    wanted = found.wanted
    return {
        "id": clock.new_id(),
        "charter_id": row.id,
        "item_id": wanted.item_id,
        "part": wanted.part,
        "digest": wanted.digest,
        "content": content_of(found.item, wanted.part, now=wanted.is_now),
        "reason": reason,
        "hidden_at": clock.now(),
        "hidden_by": who.person_id,
    }


def _note(connection: Connection, what: What, row: CharterRow, item_id: str, who: Who) -> None:
    record_on(
        connection,
        what,
        by=who,
        group_id=row.group_id,
        charter_id=row.id,
        item=item_id,
    )


def _kept(hiding: Hiding, content: Any) -> Kept:
    if hiding.part in {WHY, SAID}:
        return Kept(hiding, from_json(content[hiding.part]), (), None)
    return Kept(
        hiding, from_json(content["words"]), from_json(content["meaning"]), content["picture"]
    )
