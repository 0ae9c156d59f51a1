"""Hiding words of a statement with a reason, and showing them again.

What the Charter says now is taken out of its document by an edit of the server's own, together with
the row that keeps it; so everybody's page follows. Earlier words are hidden by that row alone.
docs/decisions/hiding.md says what is not shown then, and to whom.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import (
    AlreadyHidden,
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
from server.writing.hidden import STANDS, WHY, WORDS, Hiding, hidings
from server.writing.rich_text import RichText, from_json
from server.writing.tables import CharterRow, HidingRow
from server.writing.taking_out import PutBack, TakeOut, content_of, digest_of, says_nothing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be hidden: the WORDS or the WHY of an item that have this digest."""

    item_id: str
    part: str
    digest: str

    @classmethod
    def read(cls, item_id: str, value: str) -> "Wanted":
        """What a form says, such as "words:DIGEST". Raises NotFilledIn."""
        part, _, digest = value.partition(":")
        if part not in {WORDS, WHY} or not digest:
            raise NotFilledIn("Please choose what you want to hide.")
        return cls(item_id, part, digest)


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
        """Hide these words, for this reason.

        Raises NotFilledIn without a reason, NothingToHide, AlreadyHidden, WordsChanged where the
        item never said them or says something else by now, and BeingWritten.
        """
        reason = tidy_reason(reason)
        async with self._store.reading() as session:
            item, is_now = await _find(session, row.id, wanted)
        content = content_of(item, wanted.part, now=is_now)

        def record(connection: Connection) -> None:
            _refuse_if_hidden(connection, row.id, wanted)
            connection.execute(insert(HidingRow).values(**_row(row, wanted, content, reason, who)))
            _note(connection, What.HID, row, wanted.item_id, who)

        if is_now:
            # Else words that came and went within one sitting would not be told of.
            await self._rooms.settling.sittings.end(row.id)
            await self._rooms.change(
                row.id,
                TakeOut(wanted.item_id, wanted.part, wanted.digest),
                author=Author(who.person_id),
                items=[wanted.item_id],
                record=record,
            )
            await self._rooms.settling.settle(row.id)
        else:
            await self._alone(record)

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


async def _find(session: AsyncSession, charter_id: str, wanted: Wanted) -> tuple[Item, bool]:
    """The item that says what shall be hidden, and whether it says it now."""
    now = await history.present(session, charter_id, wanted.item_id)
    earlier = await history.earlier(session, charter_id, wanted.item_id, hide=False)
    items = [one.version.item for one in earlier]
    is_now = now is not None and digest_of(now.item, wanted.part) == wanted.digest
    if now is not None:
        items.insert(0, now.item)
    found = next((item for item in items if digest_of(item, wanted.part) == wanted.digest), None)
    if found is None:
        raise WordsChanged
    if says_nothing(found, wanted.part):
        raise NothingToHide
    return found, is_now


def _refuse_if_hidden(connection: Connection, charter_id: str, wanted: Wanted) -> None:
    # Two presses at once wait for each other here.
    connection.execute(select(CharterRow.id).where(CharterRow.id == charter_id).with_for_update())
    same = select(HidingRow.id).where(
        HidingRow.charter_id == charter_id,
        HidingRow.item_id == wanted.item_id,
        HidingRow.part == wanted.part,
        HidingRow.digest == wanted.digest,
        *STANDS,
    )
    if connection.scalar(same) is not None:
        raise AlreadyHidden


def _row(
    row: CharterRow, wanted: Wanted, content: dict[str, Any], reason: str, who: Who
) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "charter_id": row.id,
        "item_id": wanted.item_id,
        "part": wanted.part,
        "digest": wanted.digest,
        "content": content,
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
        title=row.title,
        item=item_id,
    )


def _kept(hiding: Hiding, content: Any) -> Kept:
    if hiding.is_why:
        return Kept(hiding, from_json(content["why"]), (), None)
    return Kept(
        hiding, from_json(content["words"]), from_json(content["meaning"]), content["picture"]
    )
