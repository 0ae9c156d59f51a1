"""Who may still be in a room, and may still write there.

Whoever comes in is let in by the same rule. It is asked again each second, and whenever roles,
memberships or sessions change: an open connection is worth no more than a page that is opened now.
"""

from collections.abc import Collection

from server.errors import HelpBegan, HelpEnded, MayNot, NotSignedIn
from server.live.presence import Identity
from server.live.reader import Reader
from server.live.room import Room
from server.people.permits import Action, Who, may
from server.people.signing_in import who_by_token_hash
from server.store import Store
from server.writing.authors import helped_by


async def judge(store: Store, rooms: Collection[Room]) -> None:
    """Close whoever may no longer read; note who may no longer, or now, write, and new names."""
    keys = {reader.key for room in rooms for reader in room.readers}
    if not keys:
        return
    async with store.reading() as session:
        people = await who_by_token_hash(session, keys)
    for room in tuple(rooms):
        for reader in tuple(room.readers):
            # Who came in while we asked was let in by the same rule just now.
            if reader.key in keys:
                _judge(room, reader, people.get(reader.key))


def _judge(room: Room, reader: Reader, who: Who | None) -> None:
    judged_by = (who, room.group_id, room.visibility)
    if reader.judged_by == judged_by:
        return
    reader.judged_by = judged_by
    if who is None:
        reader.end(NotSignedIn())
    elif reader.who.for_id not in (None, helped_by(who, room)):
        # The ids under which its page writes are another author's: it has to begin anew.
        reader.end(HelpEnded())
    elif not may(who, Action.WATCH, room):
        reader.end(MayNot())
    elif helped_by(who, room) != reader.who.for_id:
        reader.end(HelpBegan())
    else:
        _rename(room, reader, Identity.of(who, room))
        if may(who, Action.WRITE, room) != reader.may_write:
            reader.may_write = not reader.may_write
            reader.news("permissions")


def _rename(room: Room, reader: Reader, identity: Identity) -> None:
    if reader.who != identity:
        reader.who = identity
        room.presence.rename(reader, identity)
