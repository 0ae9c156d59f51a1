from dataclasses import replace

import pytest

from server.errors import NotFilledIn
from server.people import actions as people
from server.people.permits import Helped, Role, Who
from server.store import Store
from server.writing import limits, starters, titles
from server.writing.actions import add_charter
from server.writing.diary import About
from server.writing.tables import CharterRow


@pytest.mark.parametrize(
    ("part", "written", "kept"),
    [
        (About.TITLE, "  Our \r\n promise\t", "Our promise"),
        (About.TITLE, "x" * limits.TITLE, "x" * limits.TITLE),
        (About.SUMMARY, "", ""),
        (About.SUMMARY, "One.\n\nTwo.", "One. Two."),
    ],
)
def test_what_is_written_becomes_one_line(part: About, written: str, kept: str) -> None:
    assert titles.tidy(part, written) == kept


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (About.TITLE, " \n"),
        (About.TITLE, "x" * (limits.TITLE + 1)),
        (About.SUMMARY, "x" * (limits.SUMMARY + 1)),
    ],
)
def test_nothing_and_too_much_are_refused(part: About, written: str) -> None:
    with pytest.raises(NotFilledIn):
        titles.tidy(part, written)


async def test_changes_name_who_wrote_and_whom_they_helped(store: Store) -> None:
    async with store.session() as session:
        group = await people.make_group(session, "Devon")
        anna, sam = [await people.make_person(session, name) for name in ("Anna", "Sam")]
        charter = replace(starters.load("blank"), title="Ours")
        row = await add_charter(session, charter, group_id=group.id, slug="devon")
    member = {group.id: Role.MEMBER}
    helping = Helped(anna.id, "Anna", roles=member)
    for who, part in (
        (Who(anna.id, "Anna", roles=member), About.TITLE),
        (Who(sam.id, "Sam", helping=helping), About.SUMMARY),
    ):
        async with store.session() as session:
            fresh = await session.get_one(CharterRow, row.id)
            connection = await session.connection()
            await connection.run_sync(titles.record, fresh, who, [part])
    async with store.reading() as session:
        found = await titles.changes(session, row.id)
    assert [(one.persons, one.parts) for one in found] == [
        (("Anna, with help from Sam",), frozenset({About.SUMMARY})),
        (("Anna",), frozenset({About.TITLE})),
    ]


async def test_charters_are_named_to_those_who_may_read_them(store: Store) -> None:
    async with store.session() as session:
        groups = [await people.make_group(session, name) for name in ("Devon", "Kent")]
        rows = [
            await add_charter(
                session,
                replace(starters.load("blank"), title=f"Of {group.name}"),
                group_id=group.id,
                slug=group.slug,
            )
            for group in groups
        ]
    ann = Who("ann", "Ann", roles={groups[0].id: Role.READER})
    async with store.reading() as session:
        found = await titles.of_charters(session, ann, [row.id for row in rows])
    assert found == {rows[0].id: "Of Devon"}
