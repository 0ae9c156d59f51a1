from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from server.errors import NameTaken, NotFilledIn
from server.people.actions import make_group
from server.store import Store
from server.writing import charter as charters
from server.writing.actions import add_charter
from server.writing.charter import Charter, Item, Kind
from server.writing.read_side import read_charter
from server.writing.rich_text import from_text

OURS = Charter(
    "Siarter Tŷ Môn!",
    items=(Item("a", Kind.STATEMENT, "a0", from_text("I choose.")),),
)


async def test_a_charter_is_added_with_its_read_side(store: Store) -> None:
    async with store.session() as session:
        group = await make_group(session, "National")
        row = await add_charter(session, OURS, group_id=group.id, visibility="everybody")
    assert (row.slug, row.title, row.visibility, row.group_id) == (
        "siarter-ty-mon",
        OURS.title,
        "everybody",
        group.id,
    )
    assert (row.generation, row.schema, row.last_seq, row.settled_seq) == (1, 1, 0, 0)
    async with store.reading() as session:
        assert await read_charter(session, row.id) == OURS


async def test_an_address_made_from_a_title_is_a_free_one(store: Store) -> None:
    async with store.session() as session:
        group = await make_group(session, "National")
        slugs = [
            (await add_charter(session, Charter(title), group_id=group.id)).slug
            for title in ("Ours", "Ours", "ours!", "New", "أختار", "אני")
        ]
    assert slugs == ["ours", "ours-2", "ours-3", "new-2", "charter", "charter-2"]


async def test_a_chosen_address_in_use_is_refused(store: Store) -> None:
    async with store.session() as session:
        group = await make_group(session, "National")
        await add_charter(session, OURS, group_id=group.id, slug="ours")
        for slug in ("ours", "new"):
            with pytest.raises(NameTaken):
                await add_charter(session, OURS, group_id=group.id, slug=slug)


@pytest.mark.parametrize("slug", ["", "Ours", "a b", "a/b", "tŷ", "-a", "a" * 90])
async def test_an_address_that_is_none_is_refused(store: Store, slug: str) -> None:
    async with store.session() as session:
        group = await make_group(session, "National")
        with pytest.raises(NotFilledIn):
            await add_charter(session, OURS, group_id=group.id, slug=slug)


async def test_what_is_not_valid_is_made_valid_first(store: Store) -> None:
    wild = replace(OURS, title="", items=(replace(OURS.items[0], position="?"),))
    async with store.session() as session:
        group = await make_group(session, "National")
        row = await add_charter(session, wild, group_id=group.id)
        assert await read_charter(session, row.id) == charters.valid(wild)


async def test_an_unknown_group_is_a_mistake_of_ours_not_a_taken_name(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.session() as session:
            await add_charter(session, OURS, group_id="nobody")
