"""What the person is told, and what they can choose again."""

import pytest
from sqlalchemy import select

from server.errors import NameIsHidden
from server.people.hidden import NAME, PICTURE, Told, in_group, told_to
from server.people.me import actions as me
from server.people.permits import Who
from server.people.safety import hiding
from server.people.tables import GroupRow, PersonRow, UploadRow
from server.store import Store
from tests.support.people import keep, somebody


async def hide(store: Store, whom: Who, part: str, reason: str = "It hurts.") -> GroupRow:
    (group_id,) = whom.roles
    async with store.session() as session:
        group = await session.get_one(GroupRow, group_id)
        person = await session.get_one(PersonRow, whom.person_id)
        seen = hiding.choices(person)[part]
        await hiding.hide(session, whom, group, person.id, part=part, seen=seen, reason=reason)
    return group


async def told(store: Store, who: Who) -> list[Told]:
    async with store.reading() as session:
        return await told_to(session, await session.get_one(PersonRow, who.person_id))


async def test_a_person_is_told_what_is_hidden_by_whom_and_why(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    assert await told(store, ann) == []
    await keep(store, ann)
    await hide(store, ann, NAME)
    await hide(store, ann, PICTURE, "It shows a child.")
    assert set(await told(store, ann)) == {
        Told(NAME, "Devon", "It hurts."),
        Told(PICTURE, "Devon", "It shows a child."),
    }


async def test_another_name_ends_it_and_the_hidden_one_is_refused(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await hide(store, ann, NAME)
    for name in ("Ann", " ANN"):
        with pytest.raises(NameIsHidden):
            async with store.session() as session:
                await me.change_name(session, ann, name)
    async with store.session() as session:
        assert await me.change_name(session, ann, "Annie")
    assert await told(store, ann) == []
    with pytest.raises(NameIsHidden):
        async with store.session() as session:
            await me.change_name(session, ann, "Ann")


async def test_a_name_that_is_hidden_for_one_is_free_for_another(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    ben = await somebody(store, "Ben", "Devon")
    await hide(store, ann, NAME)
    async with store.session() as session:
        assert await me.change_name(session, ben, "Ann")


@pytest.mark.parametrize("own", [True, False])
async def test_another_picture_lets_go_of_the_hidden_one(store: Store, own: bool) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await keep(store, ann)
    group = await hide(store, ann, PICTURE)
    if own:
        await keep(store, ann, b"another")
    else:
        async with store.session() as session:
            await me.choose_picture(session, ann, "cat")
    assert await told(store, ann) == []
    async with store.reading() as session:
        assert not await in_group(session, group.id)
        kept = (await session.scalars(select(UploadRow.content))).all()
    assert kept == ([b"another"] if own else [])
