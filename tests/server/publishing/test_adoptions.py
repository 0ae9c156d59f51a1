from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.errors import MayNot, UnknownPage
from server.people.permits import Role, Who
from server.people.tables import AuditRow, GroupRow
from server.publishing import adoptions
from server.publishing.adoptions import Adopted
from server.publishing.rules import Adopting, Present, WrongField
from server.store import Store
from server.writing.tables import AdaptationRow, EditionRow
from tests.server.publishing.conftest import Place, join, make_place, publish, who_is

TODAY = clock.now().date()
SAID = Adopting(
    TODAY, TODAY + timedelta(days=365), [Present("people", 4), Present("carers", 0)], "We met."
)


async def organiser(store: Store, group: GroupRow) -> Who:
    return who_is(await join(store, group, "Olwen", Role.ORGANISER), group, Role.ORGANISER)


async def adopt(
    store: Store, who: Who, place: Place, edition: EditionRow, said: Adopting = SAID
) -> None:
    """Adopt an edition of this place's Charter for the group that `who` is of."""
    async with store.session() as session:
        group = await session.get_one(GroupRow, next(iter(who.roles), place.group.id))
        await adoptions.adopt(
            session, who, said, group=group, charter=place.charter, edition=edition
        )


async def register(store: Store, place: Place) -> Sequence[Adopted]:
    async with store.reading() as session:
        return await adoptions.register(session, place.charter)


async def adapted(store: Store, place: Place, edition: EditionRow) -> None:
    async with store.session() as session:
        session.add(
            AdaptationRow(
                charter_id=place.charter.id,
                of_charter_id=edition.charter_id,
                edition_id=edition.id,
                made_at=clock.now(),
            )
        )


async def test_a_group_adopts_an_edition_of_its_own(store: Store, devon: Place) -> None:
    edition = await publish(store, devon)
    await adopt(store, await organiser(store, devon.group), devon, edition)
    (found,) = await register(store, devon)
    assert (found.group.id, found.edition.id, found.is_own) == (devon.group.id, edition.id, True)
    assert found.present == [Present("people", 4)]
    row = found.adoption
    assert (row.adopted_on, row.look_again_on, row.note) == (
        SAID.adopted_on,
        SAID.look_again_on,
        "We met.",
    )


async def test_the_newest_adoption_of_each_group_counts(store: Store, devon: Place) -> None:
    who = await organiser(store, devon.group)
    async with store.reading() as session:
        assert await adoptions.newest_of(session, devon.charter) is None
    for number in (1, 2, 3):
        edition = await publish(store, devon)
        await adopt(store, who, devon, edition)
        (found,) = await register(store, devon)
        assert found.edition.number == number
        async with store.reading() as session:
            newest = await adoptions.newest_of(session, devon.charter)
        assert newest is not None
        assert newest.edition.number == number


async def test_the_register_has_all_groups_and_versions_of_versions(store: Store) -> None:
    national = await make_place(store, "National", "everybody")
    first = await publish(store, national)
    region, kent, alone = [await make_place(store, name) for name in ("Wales", "kent", "Alone")]
    await adapted(store, region, first)
    regional = await publish(store, region)
    await adapted(store, kent, regional)
    local = await publish(store, kent)
    await publish(store, alone)
    await adopt(store, await organiser(store, alone.group), national, first)
    await adopt(store, await organiser(store, kent.group), kent, local)
    await adopt(store, await organiser(store, region.group), region, regional)
    found = await register(store, national)
    assert [(a.group.name, a.charter.id, a.is_own) for a in found] == [
        ("Alone", national.charter.id, False),
        ("kent", kent.charter.id, True),
        ("Wales", region.charter.id, True),
    ]
    assert [a.group.name for a in await register(store, region)] == ["kent", "Wales"]


async def test_the_national_adoption_of_a_local_group_is_not_the_national_groups(
    store: Store, devon: Place
) -> None:
    national = await make_place(store, "National", "everybody")
    edition = await publish(store, national)
    await adopt(store, await organiser(store, devon.group), national, edition)
    async with store.reading() as session:
        assert await adoptions.newest_of(session, national.charter) is None


@pytest.mark.parametrize("role", [Role.READER, Role.MEMBER, None])
async def test_only_organisers_of_a_group_adopt_for_it(
    store: Store, devon: Place, role: Role | None
) -> None:
    edition = await publish(store, devon)
    ann = await join(store, devon.group, "Ann")
    who = Who(ann.id, "Ann", roles={} if role is None else {devon.group.id: role})
    with pytest.raises(MayNot):
        await adopt(store, who, devon, edition)


async def test_a_group_that_lost_access_cannot_adopt(store: Store, devon: Place) -> None:
    national = await make_place(store, "National", "group")
    edition = await publish(store, national)
    who = await organiser(store, devon.group)
    with pytest.raises(MayNot):
        await adopt(store, who, national, edition)
    assert await register(store, national) == []


@pytest.mark.parametrize(
    "said",
    [
        replace(SAID, adopted_on=date(2999, 1, 1)),
        replace(SAID, look_again_on=SAID.adopted_on),
        replace(SAID, present=[]),
    ],
)
async def test_what_cannot_be_is_not_recorded(store: Store, devon: Place, said: Adopting) -> None:
    edition = await publish(store, devon)
    with pytest.raises(WrongField):
        await adopt(store, await organiser(store, devon.group), devon, edition, said)
    assert await register(store, devon) == []


async def test_one_adopts_for_groups_that_one_organises_the_charters_own_first(
    store: Store, devon: Place
) -> None:
    avon, kent = [(await make_place(store, name)).group for name in ("Avon", "Kent")]
    who = Who(
        "x",
        "Ann",
        roles={
            devon.group.id: Role.ORGANISER,
            avon.id: Role.ORGANISER,
            kent.id: Role.MEMBER,
        },
    )
    async with store.reading() as session:
        groups = await adoptions.groups_to_adopt_for(session, who, devon.charter)
    assert [group.name for group in groups] == ["Devon", "Avon"]


async def test_adopting_is_recorded_for_the_group_that_adopts(store: Store, devon: Place) -> None:
    edition = await publish(store, devon)
    who = await organiser(store, devon.group)
    await adopt(store, who, devon, edition)
    async with store.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.what == "adopted"))).one()
    assert (row.person_id, row.group_id) == (who.person_id, devon.group.id)
    assert row.details == {"title": edition.title, "number": 1}


async def test_only_organisers_of_the_group_put_an_adoption_right(
    store: Store, devon: Place
) -> None:
    edition = await publish(store, devon)
    who = await organiser(store, devon.group)
    await adopt(store, who, devon, edition)
    (found,) = await register(store, devon)
    member = who_is(await join(store, devon.group, "Ann"), devon.group, Role.MEMBER)
    key = found.adoption.id
    async with store.session() as session:
        with pytest.raises(MayNot):
            await adoptions.correct(session, member, key, SAID)
        with pytest.raises(MayNot):
            await adoptions.take_back(session, member, key)
        with pytest.raises(WrongField):
            await adoptions.correct(session, who, key, replace(SAID, present=[]))
        with pytest.raises(UnknownPage):
            await adoptions.to_correct(session, who, key, of_charter="another")
    async with store.session() as session:
        await adoptions.take_back(session, who, key)
    async with store.session() as session:
        with pytest.raises(UnknownPage):
            await adoptions.correct(session, who, key, SAID)
    assert await register(store, devon) == []
