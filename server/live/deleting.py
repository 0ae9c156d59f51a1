"""Deleting a person, and forgetting what only they wrote where they want that.

Words come first: while somebody else is writing in one of them nothing is done at all, and the
person is asked to try again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from server.bus.port import Bus
from server.live.forgetting import Forgetting
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people.deletion import HOLD_PERSONS, check_may_go, delete_person
from server.people.permits import Who
from server.people.telling import permits_changed
from server.store import Store
from server.writing import edits
from server.writing.authors import Author
from server.writing.document import Part
from server.writing.edits import SetText, TakeAway
from server.writing.own_words import Own, charters_of, own_words
from server.writing.tables import CharterRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What only one person wrote in a Charter."""

    charter: CharterRow
    own: Sequence[Own]


class Deleting:
    """Deletes people. Made once, in app.py."""

    def __init__(
        self, store: Store, bus: Bus, journal: Journal, rooms: Rooms, forgetting: Forgetting
    ) -> None:
        self._store = store
        self._bus = bus
        self._journal = journal
        self._rooms = rooms
        self._forgetting = forgetting

    async def only_theirs(self, person_id: str) -> list[Found]:
        """What only this person wrote, in all Charters of their groups."""
        async with self._store.reading() as session:
            charters = await charters_of(session, person_id)
        found = []
        for charter in charters:
            await self._rooms.settling.settle(charter.id)
            async with self._store.reading() as session:
                own = await own_words(session, charter.id, person_id)
            if own:
                found.append(Found(charter, own))
        return found

    async def delete(self, who: Who, *, forget_words: bool) -> None:
        """Delete this person; when it returns, the files of the database do not name them.

        Raises LastOrganiser and NotWhileHelping; with `forget_words`, also what `Rooms.change` and
        `Forgetting.forget` raise. Nothing is deleted then.
        """
        async with self._store.reading() as session:
            await check_may_go(session, who)
        if forget_words:
            for found in await self.only_theirs(who.person_id):
                await self._forget(found.charter.id, who.person_id)
        async with self._store.session() as session:
            await delete_person(session, who)
            connection = await session.connection()
            await connection.run_sync(self._store.owe_wipe)
            permits_changed(session, self._bus)
        log.info("person_deleted", person=who.person_id, words=forget_words)
        await self._forgetting.wipe(HOLD_PERSONS)

    async def _forget(self, charter_id: str, person_id: str) -> None:
        # What came to nothing within a sitting leaves history when that ends.
        await self._journal.end_sittings([charter_id])
        async with self._store.reading() as session:
            own = await own_words(session, charter_id, person_id)
        there = [one for one in own if one.is_there]
        if there:
            change = partial(edits.apply, edits=[_out(one) for one in there])
            items = [one.item_id for one in there]
            await self._rooms.change(charter_id, change, author=Author(person_id), items=items)
            await self._rooms.settling.settle(charter_id)
        if own:
            chosen = [one.chosen for one in own]
            await self._forgetting.forget_all(charter_id, chosen, person_id)


def _out(own: Own) -> edits.Edit:
    return TakeAway(own.item_id) if own.whole else SetText(own.item_id, Part.WHY, ())
