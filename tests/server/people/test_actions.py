from datetime import timedelta

import pytest
from sqlalchemy import func, select

from server import clock
from server.errors import (
    InvitationExpired,
    InvitationUsed,
    NameTaken,
    NotFilledIn,
    UnknownGroup,
    UnknownInvitation,
)
from server.people import actions
from server.people.permits import Role, Who
from server.people.signing_in import roles_of, who_by_token_hash
from server.people.tables import InvitationRow, MembershipRow, PersonRow, SetUpRow
from server.people.tokens import hash_of
from server.store import Store


async def role_in(store: Store, person: PersonRow, group_id: str) -> Role | None:
    async with store.reading() as session:
        return (await roles_of(session, [person.id]))[person.id].get(group_id)


async def people_in(store: Store) -> int:
    async with store.reading() as session:
        return await session.scalar(select(func.count()).select_from(PersonRow)) or 0


async def test_a_group_is_made_once_and_found_by_name_or_address(store: Store) -> None:
    async with store.session() as session:
        made = await actions.ensure_group(session, "Sir Ynys Môn")
    async with store.session() as session:
        assert (await actions.ensure_group(session, "sir ynys môn")).id == made.id
        assert (await actions.find_group(session, "sir-ynys-mon")).id == made.id
        with pytest.raises(UnknownGroup):
            await actions.find_group(session, "Devon")
        with pytest.raises(NameTaken):
            await actions.make_group(session, " Sir Ynys  Môn")


async def test_two_groups_with_names_alike_have_two_addresses(store: Store) -> None:
    async with store.session() as session:
        one = await actions.make_group(session, "Môn")
        two = await actions.make_group(session, "Mon!")
    assert (one.slug, two.slug) == ("mon", "mon-2")


async def test_an_invitation_makes_a_member_who_is_signed_in(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann")
    async with store.session() as session:
        arrival = await actions.come_in(session, token)
    assert arrival.person.name == "Ann"
    assert await role_in(store, arrival.person, group.id) is Role.MEMBER
    key = hash_of(arrival.session_token)
    async with store.reading() as session:
        who = (await who_by_token_hash(session, [key]))[key]
    assert (who.person_id, who.roles) == (arrival.person.id, {group.id: Role.MEMBER})


async def test_an_invitation_lets_in_once(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann")
    async with store.session() as session:
        await actions.come_in(session, token, browser="hers")
    for browser in ("", "another"):
        with pytest.raises(InvitationUsed):
            async with store.session() as session:
                await actions.come_in(session, token, browser=browser)
    assert await people_in(store) == 1


async def test_where_the_answer_was_lost_the_same_browser_may_press_again(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann")
    async with store.session() as session:
        first = await actions.come_in(session, token, browser="hers")
    async with store.session() as session:
        again = await actions.come_in(session, token, browser="hers")
    assert again.person.id == first.person.id
    assert await people_in(store) == 1


async def test_looking_at_an_invitation_uses_nothing_up(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann")
    async with store.reading() as session:
        for _ in range(3):
            (await actions.look_at_invitation(session, token)).check()


async def test_an_old_invitation_and_an_unknown_one_let_nobody_in(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann", days=0)
    with pytest.raises(InvitationExpired):
        async with store.session() as session:
            await actions.come_in(session, token)
    with pytest.raises(UnknownInvitation):
        async with store.session() as session:
            await actions.come_in(session, "unknown")
    assert await people_in(store) == 0


async def test_only_hashes_of_links_are_kept(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann")
        row = (await session.scalars(select(InvitationRow))).one()
    kept = [getattr(row, column.name) for column in InvitationRow.__table__.columns]
    assert token not in kept
    assert row.token_hash == hash_of(token)


async def test_who_lost_their_way_in_comes_back_as_the_same_person(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        first = await actions.come_in(session, await actions.invite(session, group, "Ann"))
        second = await actions.come_in(session, await actions.invite(session, group, "ann"))
    assert second.person.id == first.person.id


async def test_a_second_invitation_may_add_chores_but_takes_none(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        for role in (Role.READER, Role.ORGANISER, Role.MEMBER):
            token = await actions.invite(session, group, "Ann", role)
            arrival = await actions.come_in(session, token)
    assert await role_in(store, arrival.person, group.id) is Role.ORGANISER


async def test_one_person_can_be_in_two_groups(store: Store) -> None:
    async with store.session() as session:
        devon = await actions.make_group(session, "Devon")
        kent = await actions.make_group(session, "Kent")
        ann = (await actions.come_in(session, await actions.invite(session, devon, "Ann"))).person
        who = Who(ann.id, ann.name)
        there = await actions.come_in(session, await actions.invite(session, kent, "Ann"), who)
        other = await actions.come_in(session, await actions.invite(session, kent, "Ben"), who)
    assert there.person.id == ann.id
    assert other.person.id != ann.id
    assert await role_in(store, ann, devon.id) is await role_in(store, ann, kent.id)


async def test_who_left_the_group_can_be_invited_again(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await actions.invite(session, group, "Ann", Role.ORGANISER)
        ann = (await actions.come_in(session, token)).person
        (await session.scalars(select(MembershipRow))).one().ended_at = clock.now()
    assert await role_in(store, ann, group.id) is None
    async with store.session() as session:
        assert await actions.find_member(session, group, "Ann") is None
        await actions.join(session, ann, group, Role.READER)
    assert await role_in(store, ann, group.id) is Role.READER


async def test_an_access_token_makes_its_person_once(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        one = await actions.issue_token(session, "Robot", group)
        two = await actions.issue_token(session, "Robot", group)
    keys = [hash_of(one), hash_of(two)]
    async with store.reading() as session:
        found = await who_by_token_hash(session, keys)
    assert one != two
    assert len({who.person_id for who in found.values()}) == 1
    assert found[keys[0]].roles == {group.id: Role.MEMBER}


async def test_a_set_up_link_makes_the_first_organiser_once(store: Store) -> None:
    async with store.session() as session:
        token = await actions.make_set_up(session)
    async with store.session() as session:
        arrival = await actions.set_up(session, token, "Ann", "Our group")
    assert arrival.group.kind == "national"
    assert await role_in(store, arrival.person, arrival.group.id) is Role.ORGANISER
    with pytest.raises(InvitationUsed):
        async with store.session() as session:
            await actions.set_up(session, token, "Ben", "Another group")


async def test_a_set_up_that_is_not_filled_in_can_be_sent_again(store: Store) -> None:
    async with store.session() as session:
        token = await actions.make_set_up(session)
    for name, group in (("", "Our group"), ("Ann", " ")):
        with pytest.raises(NotFilledIn):
            async with store.session() as session:
                await actions.set_up(session, token, name, group)
    async with store.session() as session:
        await actions.set_up(session, token, "Ann", "Our group")
    assert await people_in(store) == 1


async def test_a_new_set_up_link_ends_the_one_before(store: Store) -> None:
    async with store.session() as session:
        before = await actions.make_set_up(session)
    async with store.session() as session:
        after = await actions.make_set_up(session)
    async with store.session() as session:
        with pytest.raises(UnknownInvitation):
            await actions.look_at_set_up(session, before)
        await actions.look_at_set_up(session, after)


async def test_an_old_set_up_link_works_no_more(store: Store) -> None:
    async with store.session() as session:
        token = await actions.make_set_up(session)
        row = (await session.scalars(select(SetUpRow))).one()
        row.expires_at = clock.now() - timedelta(seconds=1)
    async with store.session() as session:
        with pytest.raises(InvitationExpired):
            await actions.look_at_set_up(session, token)
