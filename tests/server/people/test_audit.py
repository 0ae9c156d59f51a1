import re
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from server.people import audit
from server.people.audit import What, record, record_on
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


async def test_a_transaction_without_a_session_notes_it_too(store: Store) -> None:
    async with store.session() as session:
        connection = await session.connection()
        await connection.run_sync(record_on, What.HID, by="meg", group_id="devon", title="Ours")
    async with store.reading() as session:
        row = (await session.scalars(select(AuditRow))).one()
    assert (row.what, row.person_id, row.details) == ("hid", "meg", {"title": "Ours"})


async def test_what_was_recorded_can_be_neither_changed_nor_deleted(store: Store) -> None:
    async with store.session() as session:
        record(session, What.HID, by="meg", group_id="devon")
    for change in (update(AuditRow).values(what="nothing"), delete(AuditRow)):
        with pytest.raises(DBAPIError, match="append-only"):
            async with store.session() as session:
                await session.execute(change)
    async with store.reading() as session:
        assert (await session.scalars(select(AuditRow.what))).all() == ["hid"]


def test_no_code_of_ours_even_tries_to_change_the_record() -> None:
    told = re.compile(r"(?:update|delete)\(\s*AuditRow|(?:UPDATE|DELETE FROM|TRUNCATE) audit\b")
    server = Path(audit.__file__).parent.parent
    assert not [path for path in server.rglob("*.py") if told.search(path.read_text())]
