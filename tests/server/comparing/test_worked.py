from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, update

from server import clock
from server.comparing import reading
from server.comparing.matrix import State, Worked
from server.comparing.reading import Place
from server.comparing.worked import Tables
from server.people.permits import Role, Who
from server.store import Store
from server.writing.tables import WordingRow
from tests.server.comparing.places import (
    NATIONAL,
    Made,
    charter,
    publish,
    publish_again,
    three_places,
)


async def work_out(
    store: Store, national: Made, who: Who | None = None, tables: Tables | None = None
) -> tuple[list[Place], Worked]:
    assert national.edition is not None
    async with store.reading() as session:
        found = await reading.find_national(
            session, who, national.charter.slug, national.edition.number
        )
        places = await reading.places_of(session, who, found.charter.id)
        return places, await (tables or Tables()).of(session, found, places)


def states(worked: Worked, place: int) -> list[str]:
    return [f"{row.item_id} {row.cells[place].state}" for row in worked.table.rows]


@contextmanager
def counting(store: Store) -> Iterator[list[str]]:
    """The statements that the database is asked in the meantime."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.engine.sync_engine, "before_cursor_execute", note)


async def test_each_place_stands_with_what_it_did(store: Store) -> None:
    places, worked = await work_out(store, await three_places(store))
    assert [place.name for place in places] == ["Avon", "Barry", "Corris"]
    assert states(worked, 0) == ["a kept", "b kept", "c kept"]
    assert states(worked, 1) == ["a kept", "b reworded", "c left out"]
    assert states(worked, 2) == ["a moved", "b moved", "c reworded"] or states(worked, 2) == [
        "a kept",
        "b kept",
        "c reworded",
    ]
    barry = worked.table.rows[1].cells[1]
    assert barry.has_why
    assert barry.similarity is not None
    assert 0.9 < barry.similarity < 1


async def test_what_two_places_added_about_one_thing_stands_together(store: Store) -> None:
    _, worked = await work_out(store, await three_places(store))
    additions = worked.table.additions
    assert [[additions[index].item_id for index in group.members] for group in worked.groups] == [
        ["x", "y"]
    ]


async def test_what_was_worked_out_is_kept_until_somebody_publishes(store: Store) -> None:
    national = await three_places(store)
    tables = Tables()
    _, first = await work_out(store, national, tables=tables)
    _, again = await work_out(store, national, tables=tables)
    assert again is first
    await publish(store, "Dyfi", charter("Dyfi", *NATIONAL[:3]), national)
    places, newer = await work_out(store, national, tables=tables)
    assert newer is not first
    assert places[3].name == "Dyfi"


async def test_the_newest_edition_of_a_place_counts(store: Store) -> None:
    national = await three_places(store)
    dyfi = await publish(store, "Dyfi", charter("Dyfi", *NATIONAL), national)
    await publish_again(store, dyfi, charter("Dyfi", "a: I choose."))
    places, worked = await work_out(store, national)
    assert places[3].number == 2
    assert states(worked, 3) == ["a reworded", "b left out", "c left out"]


async def test_a_place_on_an_older_edition_is_told_from_one_that_reworded(store: Store) -> None:
    national = await three_places(store)
    newer = await publish_again(
        store, national, charter("Our Charter", *NATIONAL[:4], "c: I choose each day.", "d: New.")
    )
    places, worked = await work_out(store, newer)
    assert [place.base_number for place in places] == [1, 1, 1]
    assert states(worked, 0) == [
        "a kept",
        "b kept",
        "c kept the earlier words",
        "d not there yet",
    ]


async def test_a_draft_is_for_its_own_group(store: Store) -> None:
    national = await three_places(store)
    draft = await publish(store, "Dyfi", charter("Dyfi", "a: I"), national, draft_only=True)
    member = Who("p", "Ann", roles={draft.charter.group_id: Role.READER})
    places, worked = await work_out(store, national, member)
    assert [(place.name, place.is_draft) for place in places][3:] == [("Dyfi", True)]
    assert states(worked, 3) == ["a reworded", "b left out", "c left out"]
    places, _ = await work_out(store, national, Who("q", "Ben"))
    assert [place.name for place in places] == ["Avon", "Barry", "Corris"]


async def test_what_only_a_group_may_read_is_not_in_others_tables(store: Store) -> None:
    national = await three_places(store)
    made = await publish(store, "Dyfi", charter("Dyfi", *NATIONAL), national, visibility="group")
    places, _ = await work_out(store, national)
    assert "Dyfi" not in {place.name for place in places}
    member = Who("p", "Ann", roles={made.charter.group_id: Role.MEMBER})
    places, _ = await work_out(store, national, member)
    assert [place.version for place in places[3:]] == ["dyfi@1", "dyfi"]


async def test_of_words_that_were_forgotten_nobody_says_how_alike_they_are(store: Store) -> None:
    national = await three_places(store)
    async with store.session() as session:
        await session.execute(
            update(WordingRow)
            .where(WordingRow.words.is_not(None))
            .values(words=[], meaning=[], picture=None, removed_at=clock.now())
        )
    _, worked = await work_out(store, national)
    cell = worked.table.rows[1].cells[1]
    assert (cell.state, cell.similarity) == (State.REWORDED, None)


@pytest.mark.parametrize("places", [3, 12])
async def test_the_number_of_queries_does_not_grow_with_the_places(
    store: Store, places: int
) -> None:
    national = await three_places(store)
    for number in range(places - 3):
        said = charter("Place", f"a: I choose {number}.", f"n{number}: We have {number} buses.")
        await publish(store, f"Place {number}", said, national)
    tables = Tables()
    with counting(store) as asked:
        await work_out(store, national, tables=tables)
    assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == 4
    with counting(store) as asked:
        await work_out(store, national, tables=tables)
    assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == 2
