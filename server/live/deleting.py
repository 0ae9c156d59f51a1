"""Deleting a person, and forgetting what only they wrote where they want that.

Words come first. While somebody else is writing in one of them nothing is done at all, and the
person is asked to try again. Charters are forgotten one by one: what goes wrong after the first was
touched leaves the person there, who is told so, and another press does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from server.bus.port import Bus
from server.errors import NotDeletedYet
from server.live.forgetting import Forgetting
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people.me.deletion import HOLD_PERSONS, check_may_go, delete_person
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
        """Delete this person, and have the files of the database wiped.

        Raises LastOrganiser and NotWhileHelping; with `forget_words`, also what `Rooms.change` and
        `Forgetting.forget` raise. Nothing is forgotten or deleted then. Raises NotDeletedYet where
        some of the words are gone by then; deleting again goes on from there.
        """
        async with self._store.reading() as session:
            await check_may_go(session, who)
        touched: list[str] = []
        try:
            if forget_words:
                await self._forget_words(who, touched)
            await self._delete(who)
        except Exception as error:
            if not touched:
                raise
            log.warning("person_not_deleted", charters=len(touched), error=type(error).__name__)
            await self._forgetting.wiping.ask()
            raise NotDeletedYet from error
        log.info("person_deleted", person=who.person_id, words=forget_words)
        await self._forgetting.wiping.ask(HOLD_PERSONS)

    async def _delete(self, who: Who) -> None:
        async with self._store.session() as session:
            await delete_person(session, who)
            connection = await session.connection()
            await connection.run_sync(self._store.owe_wipe)
            permits_changed(session, self._bus)

    async def _forget_words(self, who: Who, touched: list[str]) -> None:
        """Forget what only they wrote, once it is sure that nobody writes there, in any Charter."""
        going = await self.only_theirs(who.person_id)
        author = Author(who.person_id)
        for found in going:
            items = [one.item_id for one in found.own if one.is_there]
            await self._rooms.refuse_if_written(found.charter.id, items, author=author)
        async with self._store.reading() as session:
            await check_may_go(session, who)
        for found in going:
            await self._forget(found.charter.id, who.person_id, touched)

    async def _forget(self, charter_id: str, person_id: str, touched: list[str]) -> None:
        """Forget what only they wrote in a Charter, noting in `touched` once anything is gone."""
        # What came to nothing within a sitting leaves history when that ends.
        await self._journal.end_sittings([charter_id])
        async with self._store.reading() as session:
            own = await own_words(session, charter_id, person_id)
        there = [one for one in own if one.is_there]
        if there:
            change = partial(edits.apply, edits=[_out(one) for one in there])
            items = [one.item_id for one in there]
            await self._rooms.change(charter_id, change, author=Author(person_id), items=items)
            touched.append(charter_id)
            await self._rooms.settling.settle(charter_id)
        if own:
            chosen = [one.chosen for one in own]
            await self._forgetting.forget_all(charter_id, chosen, person_id)
            touched.append(charter_id)


def _out(own: Own) -> edits.Edit:
    return TakeAway(own.item_id) if own.whole else SetText(own.item_id, Part.WHY, ())
