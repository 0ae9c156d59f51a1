"""What is gathered of a person; tests/server/writing/test_my_data_file.py has the whole file."""

import pytest
from sqlalchemy import select

from server import clock
from server.people import audit
from server.people.audit import What
from server.people.hidden import NAME
from server.people.tables import AuditRow, ReportRow, SupportRow
from server.store import Store
from server.writing import my_data
from tests.server.people.test_hidden import hide
from tests.server.writing.test_own_words import change, charter_id, state
from tests.support.people import somebody

__all__ = ["charter_id"]


async def test_the_record_comes_whole_and_only_mine(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_data, "_AT_ONCE", 2)
    ann, ben = await somebody(store, "Ann", "Devon"), await somebody(store, "Ben", "Devon")
    async with store.session() as session:
        for _ in range(4):
            audit.record(session, What.WROTE, by=ann)
        audit.record(session, What.REMOVED, by=ben, about_id=ann.person_id)
        audit.record(session, What.WROTE, by=ben, for_id=ann.person_id)
        audit.record(session, What.WROTE, by=ben)
    async with store.reading() as session:
        rows = [row async for row in my_data.record(session, ann.person_id)]
        every = len((await session.scalars(select(AuditRow))).all())
    assert (len(rows), every) == (6, 7)
    assert [row["about_me"] for row in rows] == [False] * 4 + [True, False]
    assert [row["for_me"] for row in rows] == [False] * 5 + [True]


async def test_a_sitting_has_only_the_statements_i_wrote_in(store: Store, charter_id: str) -> None:
    await change(store, charter_id, "mine", [["p-ann", None]], None, (state("Because"), "blank"))
    await change(store, charter_id, "bens", ["p-ben"], None, (state(), "blank"))
    async with store.reading() as session:
        found = [row async for row in my_data.sittings(session, "p-ann")]
    assert [each["id"] for row in found for each in row["changes"]] == ["mine"]
    assert found[0]["charter"] == "Ours"
    assert found[0]["changes"][0]["before"] is None
    assert found[0]["changes"][0]["after"]["why"] == "Because"


async def test_supporters_are_told_both_ways_and_reports_are_mine(store: Store) -> None:
    ann, sam = await somebody(store, "Ann", "Devon"), await somebody(store, "Sam")
    (group_id,) = ann.roles
    async with store.session() as session:
        session.add(
            SupportRow(
                id="s",
                person_id=ann.person_id,
                supporter_id=sam.person_id,
                asked_at=clock.now(),
            )
        )
        for number, person_id in enumerate((ann.person_id, sam.person_id)):
            session.add(
                ReportRow(
                    id=f"r{number}",
                    group_id=group_id,
                    about="statement",
                    address="/",
                    words="x",
                    note=f"note {number}",
                    person_id=person_id,
                    at=clock.now(),
                )
            )
    async with store.reading() as session:
        for who in (ann, sam):
            (row,) = await my_data.supporters(session, who.person_id)
            assert (row["person"], row["supporter"], row["yes"]) == ("Ann", "Sam", None)
        assert [r["note"] for r in await my_data.reports(session, ann.person_id)] == ["note 0"]


async def test_what_a_supporter_reported_for_somebody_is_that_persons(store: Store) -> None:
    ann, sam = await somebody(store, "Ann", "Devon"), await somebody(store, "Sam")
    (group_id,) = ann.roles
    async with store.session() as session:
        session.add(
            ReportRow(
                id="r",
                group_id=group_id,
                about="statement",
                address="/",
                words="x",
                note="For Ann.",
                person_id=sam.person_id,
                for_id=ann.person_id,
                at=clock.now(),
            )
        )
    async with store.reading() as session:
        assert len(await my_data.reports(session, ann.person_id)) == 1
        assert await my_data.reports(session, sam.person_id) == []


async def test_a_hidden_name_is_still_in_the_file_of_its_person(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await hide(store, ann, NAME)
    async with store.reading() as session:
        (row,) = await my_data.hidden(session, ann.person_id)
        assert (await my_data.about(session, ann.person_id))["name"] == "a member"
    assert (row["group"], row["part"], row["name"]) == ("Devon", "name", "Ann")
    assert (row["reason"], row["shown"]) == ("It hurts.", None)
