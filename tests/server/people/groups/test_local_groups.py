import pytest
from sqlalchemy import func, insert, select

from server import clock
from server.errors import InvitationRevoked, MayNot, NameTaken, NotFilledIn, OrganisersAreIn
from server.people import actions
from server.people.coming_in import invitations
from server.people.groups import actions as groups
from server.people.groups import local_groups
from server.people.permits import Role
from server.people.tables import AuditRow, GroupRow, MembershipRow, PersonRow
from server.store import Store
from tests.support.people import come, make_group


def card(organiser: str) -> local_groups.NewCard:
    return local_groups.NewCard(b"secret", organiser, days=14)


async def roles(store: Store, group: GroupRow) -> dict[str, Role]:
    async with store.reading() as session:
        return {one.name: one.role for one in await groups.people_in(session, group)}


async def recorded(store: Store) -> list[str]:
    async with store.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
        return [row.what for row in rows]


async def test_a_national_group_invites_a_local_one_and_its_first_organiser(store: Store) -> None:
    national = await make_group(store, kind="national")
    olwen = await come(store, national, "Olwen", Role.ORGANISER)
    async with store.session() as session:
        kent, link = await local_groups.invite_group(session, national, olwen, "Kent", card("Ken"))
    assert (kent.kind, kent.invited_by_id) == ("local", national.id)
    async with store.session() as session:
        again = await local_groups.invite_organiser(session, national, olwen, kent, card("Ken"))
        await invitations.come_in(
            session, await invitations.look_at_invitation(session, again.token)
        )
    assert await roles(store, kent) == {"Ken": Role.ORGANISER}
    assert again.token != link.token
    with pytest.raises(OrganisersAreIn):
        async with store.session() as session:
            await local_groups.invite_organiser(session, national, olwen, kent, card("Ken"))
    assert (await recorded(store)).count("group made") == 2


async def test_only_the_newest_card_brings_a_first_organiser_and_they_are_the_only_one(
    store: Store,
) -> None:
    national = await make_group(store, kind="national")
    olwen = await come(store, national, "Olwen", Role.ORGANISER)
    async with store.session() as session:
        kent, old = await local_groups.invite_group(session, national, olwen, "Kent", card("Ken"))
        new = await local_groups.invite_organiser(session, national, olwen, kent, card("Kit"))
        one_more = await invitations.invite(session, kent, "Kim", Role.ORGANISER)
        member = await invitations.invite(session, kent, "Mo")

    async def come_by(token: str) -> None:
        async with store.session() as session:
            invitation = await invitations.look_at_invitation(session, token)
            await invitations.come_in(session, invitation)

    with pytest.raises(InvitationRevoked):
        await come_by(old.token)
    await come_by(new.token)
    with pytest.raises(InvitationRevoked):
        await come_by(one_more)
    await come_by(member)
    assert await roles(store, kent) == {"Kit": Role.ORGANISER, "Mo": Role.MEMBER}


async def test_only_a_national_group_invites_groups_and_only_its_own(store: Store) -> None:
    devon = await make_group(store)
    olwen = await come(store, devon, "Olwen", Role.ORGANISER)
    async with store.session() as session:
        england = await actions.make_group(session, "England", "national")
        kent = await actions.make_group(session, "Kent")
    mair = await come(store, england, "Mair", Role.ORGANISER)
    with pytest.raises(MayNot):
        async with store.session() as session:
            await local_groups.invite_group(session, devon, olwen, "Avon", card("Ava"))
    with pytest.raises(MayNot):
        async with store.session() as session:
            await local_groups.invite_organiser(session, england, mair, kent, card("Ken"))
    with pytest.raises(NameTaken):
        async with store.session() as session:
            await local_groups.invite_group(session, england, mair, "kent", card("Ken"))


async def test_a_thousand_local_groups_are_listed_by_one_question(store: Store) -> None:
    national = await make_group(store, kind="national")
    async with store.session() as session:
        await session.execute(
            insert(GroupRow),
            [
                {
                    "id": f"g{number:03}",
                    "slug": f"place-{number:03}",
                    "name": f"Place {number:03} 100%",
                    "kind": "local",
                    "invited_by_id": national.id,
                }
                for number in range(1000)
            ],
        )
        await session.execute(
            insert(PersonRow),
            [{"id": f"p{n}", "name": "Ann", "created_at": clock.now()} for n in range(3)],
        )
        rows = [("p0", "organiser", None), ("p1", "member", None), ("p2", "organiser", clock.now())]
        await session.execute(
            insert(MembershipRow),
            [
                {
                    "id": clock.new_id(),
                    "person_id": person,
                    "group_id": "g007",
                    "role": role,
                    "since": clock.now(),
                    "ended_at": ended,
                }
                for person, role, ended in rows
            ],
        )
        await actions.make_group(session, "Somebody else's")
    async with store.reading() as session:
        first = await local_groups.local_groups(session, national)
        last = await local_groups.local_groups(session, national, page=20)
        found = await local_groups.local_groups(session, national, find="place 007 100%")
        nothing = await local_groups.local_groups(session, national, find="%%")
        assert await session.scalar(select(func.count()).select_from(GroupRow)) == 1002
    assert (first.count, len(first.groups), first.groups[0].slug) == (1000, 50, "place-000")
    assert last.groups[-1].slug == "place-999"
    assert found.groups == [local_groups.LocalGroup("place-007", "Place 007 100%", 2, 1, True)]
    assert first.groups[0] == local_groups.LocalGroup("place-000", "Place 000 100%", 0, 0, False)
    assert (nothing.count, nothing.groups) == (0, [])


async def test_a_local_group_and_its_first_organiser_need_names(store: Store) -> None:
    national = await make_group(store, kind="national")
    olwen = await come(store, national, "Olwen", Role.ORGANISER)
    for name, organiser in ((" ", "Ken"), ("Kent", " ")):
        with pytest.raises(NotFilledIn):
            async with store.session() as session:
                await local_groups.invite_group(session, national, olwen, name, card(organiser))
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(GroupRow)) == 1


async def test_who_is_no_organiser_any_more_invites_no_group(store: Store) -> None:
    national = await make_group(store, kind="national")
    olwen = await come(store, national, "Olwen", Role.ORGANISER)
    mair = await come(store, national, "Mair", Role.ORGANISER)
    async with store.session() as session:
        await groups.remove(session, national, olwen, mair.person_id)
    with pytest.raises(MayNot):
        async with store.session() as session:
            await local_groups.invite_group(session, national, mair, "Kent", card("Ken"))
