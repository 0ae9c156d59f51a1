"""Forgetting earlier words for good: out of every row, every room and every file of the database.

What a Charter says now goes into a fresh document, and a new generation begins with it. So nothing
that was ever typed, deleted or set aside is left in it, whatever an engine keeps of deleted words,
and a page of an earlier generation cannot bring them back: its generation is over, and the client
ids of the old document belong to nobody any more.
"""

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from server import clock
from server.errors import BeingWritten
from server.live.engine import Engine
from server.live.entries import open_now
from server.live.journal import Journal
from server.live.known import Known
from server.live.rooms import Rooms
from server.live.tables import CheckpointRow, ClientRow, EntryRow, SetAsideRow
from server.live.wiping import Wiping
from server.live.work import Begun
from server.people.audit import What, record_on
from server.store import Store
from server.writing.read_side import read_charter
from server.writing.removing import Chosen, remove
from server.writing.tables import CharterRow

# People who go on writing come in between; more often than this we ask them to stop.
_TRIES = 8

Also = Callable[[Connection, str, Chosen], None]
"""What another feature forgets in the same transaction: (connection, Charter's id, chosen)."""

log = structlog.get_logger(__name__)


class Forgetting:
    """Forgets chosen earlier words of a Charter. `also` are other features that hold some."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        engine: Engine,
        rooms: Rooms,
        also: Sequence[Also] = (),
    ) -> None:
        self._store = store
        self._journal = journal
        self._engine = engine
        self._rooms = rooms
        self._also = tuple(also)
        self.wiping = Wiping(store, rooms)

    async def forget(self, charter_id: str, chosen: Chosen, person_id: str | None) -> None:
        """Forget these words, and have the files of the database wiped.

        Raises StillSaid, NothingChosen, BeingWritten where people write all the time, and Trouble.
        """
        await self.forget_all(charter_id, [chosen], person_id)
        await self.wiping.ask()

    async def forget_all(
        self, charter_id: str, chosen: Sequence[Chosen], person_id: str | None
    ) -> None:
        """Forget words of several items at once, but for wiping the files; raises as `forget`."""
        for _ in range(_TRIES):
            if await self._try(charter_id, chosen, person_id):
                break
        else:
            raise BeingWritten
        await self._rooms.generation_ended(charter_id)
        log.info("words_forgotten", charter=charter_id, by=person_id)

    async def _try(self, charter_id: str, chosen: Sequence[Chosen], person_id: str | None) -> bool:
        """Whether it was done; not when somebody wrote while the fresh document was made."""
        await self._rooms.settling.settle(charter_id)
        async with self._store.reading() as session:
            row = await session.get_one(CharterRow, charter_id)
            charter = await read_charter(session, charter_id)
        begun = await self._engine.begin(charter)

        def work(connection: Connection) -> bool:
            if not begin_afresh(connection, charter_id, row.generation, row.settled_seq, begun):
                return False
            record_on(
                connection,
                What.FORGOT,
                by=person_id,
                group_id=row.group_id,
                charter_id=charter_id,
                statements=len(chosen),
            )
            for one in chosen:
                remove(connection, charter_id, one, person_id)
                for forget_there in self._also:
                    forget_there(connection, charter_id, one)
            self._store.owe_wipe(connection)
            return True

        return await self._journal.write(work)


def begin_afresh(
    connection: Connection, charter_id: str, generation: int, seq: int, begun: Begun
) -> bool:
    """Put a fresh document in the place of the old one, and begin a new generation.

    `begun` holds what the Charter said at entry `seq`. Does nothing, and returns False, when
    anything was written since or another generation began.
    """
    # Held until the end: nobody can write an entry meanwhile.
    held = connection.execute(
        select(CharterRow.generation, CharterRow.last_seq, CharterRow.settled_seq)
        .where(CharterRow.id == charter_id)
        .with_for_update()
    ).one()
    if tuple(held) != (generation, seq, seq):
        return False
    _spend_clients(connection, charter_id)
    connection.execute(
        update(CharterRow).where(CharterRow.id == charter_id).values(generation=generation + 1)
    )
    connection.execute(delete(CheckpointRow).where(CheckpointRow.charter_id == charter_id))
    connection.execute(
        insert(CheckpointRow).values(
            charter_id=charter_id,
            seq=seq,
            generation=generation + 1,
            state=begun.state,
            known=begun.known,
            at=clock.now(),
        )
    )
    connection.execute(delete(EntryRow).where(EntryRow.charter_id == charter_id))
    # Nobody can open these, so nobody can tell what they hold.
    connection.execute(
        update(SetAsideRow).where(SetAsideRow.charter_id == charter_id).values(change=b"")
    )
    return True


def _spend_clients(connection: Connection, charter_id: str) -> None:
    """Have no client id of the old document used again, or stale copies would bring it back.

    A stock client does not say of which generation its copy is.
    """
    opened = open_now(connection, charter_id)
    used = set() if opened is None else set(Known.from_bytes(opened.known, {}).clocks)
    connection.execute(
        update(ClientRow)
        .where(ClientRow.charter_id == charter_id)
        .values(person_id=None, for_id=None)
    )
    noted = connection.scalars(
        select(ClientRow.client_id).where(ClientRow.charter_id == charter_id)
    )
    new = used.difference(noted)
    if new:
        connection.execute(
            insert(ClientRow),
            [{"charter_id": charter_id, "client_id": client_id} for client_id in sorted(new)],
        )
