from sqlalchemy import select

from server.people.permits import Action, Role, Who, may
from server.people.tables import AuditRow
from server.publishing import readers
from server.store import Store
from server.writing.tables import CharterRow
from tests.server.publishing.conftest import Place, join, who_is


async def test_who_can_read_a_charter_is_chosen_and_recorded_once(
    store: Store, devon: Place
) -> None:
    olwen = await join(store, devon.group, "Olwen", Role.ORGANISER)
    who = who_is(olwen, devon.group, Role.ORGANISER)
    for _ in range(2):
        async with store.session() as session:
            await readers.choose(session, devon.charter, who, "groups")
    async with store.reading() as session:
        row = await session.get_one(CharterRow, devon.charter.id)
        noted = (await session.scalars(select(AuditRow))).one()
    ken = Who("ken", "Ken", roles={"kent": Role.READER})
    assert (may(ken, Action.READ, row), may(ken, Action.WATCH, row)) == (True, False)
    assert not may(None, Action.READ, row)
    assert not may(Who("nobody", "Nobody"), Action.READ, row)
    assert (noted.what, noted.person_id, noted.charter_id, noted.group_id) == (
        "visibility changed",
        olwen.id,
        devon.charter.id,
        devon.group.id,
    )
    assert (noted.details["before"], noted.details["after"]) == ("group", "groups")
