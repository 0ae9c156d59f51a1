"""A Charter that is stored, with people who may write in it; no document behind it is opened."""

from dataclasses import dataclass
from datetime import timedelta

from server import clock
from server.live.tables import CheckpointRow
from server.live.work import begin
from server.people.permits import Role
from server.people.tables import GroupRow, MembershipRow, PersonRow, SessionRow
from server.store import Store
from server.writing.actions import add_charter
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import Paragraph, Run

STATEMENTS = ("s1", "s2")


def example() -> Charter:
    """A heading and two statements."""
    words = {"h1": "Home", "s1": "I choose who I live with.", "s2": "I can come and go."}
    items = (
        Item(
            id=item_id,
            kind=Kind.HEADING if item_id == "h1" else Kind.STATEMENT,
            position=f"a{number}",
            words=(Paragraph((Run(text),)),),
            meaning=(),
            picture=None,
            why=(),
            left_out=False,
            origins=(),
        )
        for number, (item_id, text) in enumerate(words.items())
    )
    return Charter(title="Our Charter", summary="", language="en-GB", items=tuple(items))


@dataclass(frozen=True)
class Stored:
    """What was stored: ids, and the first checkpoint's bytes."""

    charter_id: str
    group_id: str
    state: bytes


def a_session(person_id: str) -> SessionRow:
    """A session of this person whose token's hash is their id, as readers in tests have it."""
    now = clock.now()
    return SessionRow(
        id=clock.new_id(),
        token_hash=person_id,
        person_id=person_id,
        created_at=now,
        used_at=now,
        expires_at=now + timedelta(days=1),
    )


async def store_charter(store: Store, name: str = "devon") -> Stored:
    """Store a Charter of a group, at its beginning; Ann and Ben are members, Rae only reads."""
    begun = begin(example())
    async with store.session() as session:
        group = GroupRow(id=clock.new_id(), slug=name, name=name)
        session.add(group)
        for person_id, person, role in (
            ("p-ann", "Ann", Role.MEMBER),
            ("p-ben", "Ben", Role.MEMBER),
            ("p-rae", "Rae", Role.READER),
        ):
            if await session.get(PersonRow, person_id) is None:
                session.add(PersonRow(id=person_id, name=person, created_at=clock.now()))
                await session.flush()
                session.add(a_session(person_id))
            membership = MembershipRow(
                id=clock.new_id(), person_id=person_id, group_id=group.id, since=clock.now()
            )
            membership.role = role.value
            session.add(membership)
        await session.flush()
        row = await add_charter(session, example(), group_id=group.id, slug=name)
        session.add(
            CheckpointRow(
                charter_id=row.id,
                seq=0,
                generation=row.generation,
                state=begun.state,
                known=begun.known,
                at=clock.now(),
            )
        )
    return Stored(row.id, group.id, begun.state)
