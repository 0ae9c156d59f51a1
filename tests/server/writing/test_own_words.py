"""Which words are only one person's; tests/server/live/test_deleting.py forgets real ones."""

from typing import Any

import pytest

from server import clock
from server.people import actions
from server.people.permits import Role
from server.people.tables import PersonRow
from server.store import Store
from server.writing import rich_text, wording
from server.writing.actions import add_charter
from server.writing.charter import Charter
from server.writing.own_words import charters_of, own_words
from server.writing.rich_text import Paragraph, Run
from server.writing.tables import SittingChangeRow, SittingRow, WordingRow


def state(why: str = "", kind: str = "statement") -> dict[str, Any]:
    given = rich_text.to_json((Paragraph((Run(why),)),)) if why else []
    return {"kind": kind, "position": "a", "left_out": False, "why": given, "origins": []}


@pytest.fixture
async def charter_id(store: Store) -> str:
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        for person_id in ("p-ann", "p-ben"):
            person = PersonRow(id=person_id, name=person_id, created_at=clock.now())
            session.add(person)
            await session.flush()
            await actions.join(session, person, group, Role.MEMBER)
        row = await add_charter(
            session, Charter("Ours", "", "en-GB", ()), group_id=group.id, slug="ours"
        )
        for digest, words in (("blank", []), ("one", [1]), ("two", [2])):
            session.add(WordingRow(digest=digest, words=words, meaning=[], picture=None))
    return row.id


async def change(
    store: Store,
    charter_id: str,
    item: str,
    persons: list[Any],
    *sides: tuple[dict[str, Any], str] | None,
) -> None:
    before, after = sides
    sitting_id = clock.new_id()
    async with store.session() as session:
        session.add(
            SittingRow(
                id=sitting_id, charter_id=charter_id, began_at=clock.now(), last_at=clock.now()
            )
        )
        await session.flush()
        session.add(
            SittingChangeRow(
                sitting_id=sitting_id,
                item_id=item,
                before=before and before[0],
                before_digest=before and before[1],
                after=after and after[0],
                after_digest=after and after[1],
                passed=[],
                persons=persons,
            )
        )


async def found(store: Store, charter_id: str) -> dict[str, tuple[bool, set[str], int]]:
    async with store.reading() as session:
        own = await own_words(session, charter_id, "p-ann")
    return {one.item_id: (one.whole, set(one.words), len(one.whys)) for one in own}


async def test_a_statement_is_mine_when_only_i_ever_wrote_in_it(
    store: Store, charter_id: str
) -> None:
    new, said = (state(), "blank"), (state("Because"), "one")
    await change(store, charter_id, "mine", ["p-ann"], None, new)
    await change(store, charter_id, "mine", [["p-ann", None]], new, said)
    await change(store, charter_id, "typed-for-me", [["p-ben", "p-ann"]], None, said)
    await change(store, charter_id, "typed-for-ben", [["p-ann", "p-ben"]], None, said)
    await change(store, charter_id, "ours", ["p-ann", "p-ben"], None, said)
    await change(store, charter_id, "servers", [], None, said)
    await change(store, charter_id, "heading", ["p-ann"], None, (state(kind="heading"), "two"))
    assert await found(store, charter_id) == {
        "mine": (True, {"one"}, 1),
        "typed-for-me": (True, {"one"}, 1),
    }


async def test_a_reason_is_mine_where_there_was_none_before(store: Store, charter_id: str) -> None:
    before, after = (state(), "one"), (state("Because"), "one")
    await change(store, charter_id, "given", ["p-ann"], before, after)
    await change(store, charter_id, "had-one", ["p-ann"], after, (state("Other"), "one"))
    await change(store, charter_id, "bens-too", ["p-ann"], before, after)
    await change(store, charter_id, "bens-too", ["p-ben"], after, (state("Better"), "one"))
    await change(store, charter_id, "no-reason", ["p-ann"], before, (state(), "two"))
    assert await found(store, charter_id) == {"given": (False, set(), 1)}


async def test_the_charters_of_groups_that_one_left_count_too(
    store: Store, charter_id: str
) -> None:
    async with store.session() as session:
        group = await actions.find_group(session, "Devon")
        assert [row.id for row in await charters_of(session, "p-ann")] == [charter_id]
        assert await charters_of(session, "p-eve") == []
        assert group.name == "Devon"


def test_the_digest_of_a_reason_is_that_of_the_history() -> None:
    rich = (Paragraph((Run("Because"),)),)
    assert wording.digest_of_why(rich) == wording.digest_of_why(
        rich_text.from_json(state("Because")["why"])
    )
