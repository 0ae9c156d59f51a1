import pytest

from server import clock
from server.people.actions import make_group
from server.people.permits import Role
from server.people.tables import GroupRow, MembershipRow, PersonRow
from server.store import Store


@pytest.fixture
async def group(store: Store) -> GroupRow:
    """A group of Meg, an organiser, and Ann; Sam is in no group."""
    async with store.session() as session:
        group = await make_group(session, "Devon")
        for person_id, name, role in (
            ("meg", "Meg", Role.ORGANISER),
            ("ann", "Ann", Role.MEMBER),
            ("sam", "Sam", None),
        ):
            session.add(PersonRow(id=person_id, name=name, created_at=clock.now()))
            await session.flush()
            if role is not None:
                session.add(
                    MembershipRow(
                        id=clock.new_id(),
                        person_id=person_id,
                        group_id=group.id,
                        role=role.value,
                        since=clock.now(),
                    )
                )
    return group
