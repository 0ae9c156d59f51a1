from sqlalchemy import select

from server.people.audit import What, record
from server.people.permits import Who
from server.people.tables import AuditRow
from server.store import Store


async def test_what_was_done_is_noted_with_who_did_it_for_whom(store: Store) -> None:
    async with store.session() as session:
        record(
            session, What.WROTE, by=Who("sam", "Sam"), for_id="anna", group_id="devon", statements=3
        )
    async with store.reading() as session:
        row = (await session.scalars(select(AuditRow))).one()
    assert (row.what, row.person_id, row.for_id, row.group_id) == ("wrote", "sam", "anna", "devon")
    assert row.details == {"statements": 3}
