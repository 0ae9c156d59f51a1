from sqlalchemy import select

from server.live.additions import earlier_words, of_history
from server.people.permits import Role, Who
from server.people.tables import GroupRow
from server.writing.additions import Link
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow
from tests.server.live.history_site import Site


async def test_those_who_may_watch_find_the_way_to_the_history(site: Site) -> None:
    await site.reword()
    async with site.store.reading() as session:
        row = await session.get_one(CharterRow, site.id)
        group = (await session.scalars(select(GroupRow))).one()
        charter = await read_charter(session, site.id)
        member = Who("p-ann", "Ann", roles={row.group_id: Role.READER})
        found = await of_history(session, member, row, group)
        assert found == [Link("What changed, day by day", "/charters/devon/history")]
        assert await of_history(session, None, row, group) == []
        notes = await earlier_words(session, member, row, charter)
        assert await earlier_words(session, None, row, charter) == {}
    assert set(notes) == {"s1"}
    assert notes["s1"][0].values == {"item_id": "s1", "name": "Statement 1"}
