from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import (
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    NameTakenHere,
    NotFilledIn,
    UnknownCode,
    UnknownInvitation,
)
from server.people import actions
from server.people.actions import Arrival
from server.people.audit import What
from server.people.coming_in.codes import grouped
from server.people.coming_in.invitations import (
    Arriving,
    Made,
    come_in,
    forget_presses,
    invite,
    look_at_code,
    look_at_invitation,
    make_card,
)
from server.people.coming_in.wanted import Wanted
from server.people.permits import Role, Who
from server.people.sessions import Device
from server.people.signing_in import roles_of, who_by_token_hash
from server.people.tables import (
    AuditRow,
    GroupRow,
    InvitationRow,
    InvitationUseRow,
    MembershipRow,
    PersonRow,
    SessionRow,
)
from server.people.tokens import hash_of
from server.store import Store

SECRET = b"a secret of the server"


async def press(
    session: AsyncSession,
    token: str,
    who: Who | None = None,
    browser: str = "",
    *,
    name: str = "",
    page: str = "",
) -> Arrival:
    """Press "Come in" on the page of a link."""
    arriving = Arriving(who=who, browser=browser, name=name, page=page)
    return await come_in(session, await look_at_invitation(session, token), arriving)


async def card(store: Store, wanted: Wanted, group: str = "Devon") -> Made:
    async with store.session() as session:
        return await make_card(session, SECRET, await actions.ensure_group(session, group), wanted)


async def pressed(
    store: Store, made: Made, name: str = "", browser: str = "", page: str = ""
) -> Arrival:
    async with store.session() as session:
        return await press(session, made.token, browser=browser, name=name, page=page)


async def role_in(store: Store, person: PersonRow, group_id: str) -> Role | None:
    async with store.reading() as session:
        return (await roles_of(session, [person.id]))[person.id].get(group_id)


async def people_in(store: Store) -> int:
    async with store.reading() as session:
        return await session.scalar(select(func.count()).select_from(PersonRow)) or 0


async def remove(store: Store, person: PersonRow) -> None:
    async with store.session() as session:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id == person.id)
            .values(ended_at=clock.now())
        )


async def test_an_invitation_makes_a_member_who_is_signed_in(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await invite(session, group, "Ann")
    async with store.session() as session:
        arrival = await press(session, token)
    assert arrival.person.name == "Ann"
    assert await role_in(store, arrival.person, group.id) is Role.MEMBER
    key = hash_of(arrival.session_token)
    async with store.reading() as session:
        who = (await who_by_token_hash(session, [key]))[key]
    assert (who.person_id, who.roles) == (arrival.person.id, {group.id: Role.MEMBER})


async def test_an_invitation_lets_in_once(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await invite(session, group, "Ann")
    async with store.session() as session:
        await press(session, token, browser="hers")
    for browser in ("", "another"):
        with pytest.raises(InvitationUsed):
            async with store.session() as session:
                await press(session, token, browser=browser)
    assert await people_in(store) == 1


async def test_where_the_answer_was_lost_the_same_browser_may_press_again(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await invite(session, group, "Ann")
    async with store.session() as session:
        first = await press(session, token, browser="hers")
    async with store.session() as session:
        again = await press(session, token, browser="hers")
    assert again.person.id == first.person.id
    assert await people_in(store) == 1


async def test_looking_at_an_invitation_uses_nothing_up(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await invite(session, group, "Ann")
    async with store.reading() as session:
        for _ in range(3):
            (await look_at_invitation(session, token)).check()


async def test_an_old_invitation_and_an_unknown_one_let_nobody_in(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await invite(session, group, "Ann", days=0)
    with pytest.raises(InvitationExpired):
        async with store.session() as session:
            await press(session, token)
    with pytest.raises(UnknownInvitation):
        async with store.session() as session:
            await press(session, "unknown")
    assert await people_in(store) == 0


async def test_only_hashes_of_links_are_kept(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        token = await invite(session, group, "Ann")
        row = (await session.scalars(select(InvitationRow))).one()
    kept = [getattr(row, column.name) for column in InvitationRow.__table__.columns]
    assert token not in kept
    assert row.token_hash == hash_of(token)


async def test_who_lost_their_way_in_comes_back_as_the_same_person(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        first = await press(session, await invite(session, group, "Ann"))
        second = await press(session, await invite(session, group, "ann"))
    assert second.person.id == first.person.id


async def test_a_second_invitation_may_add_chores_but_takes_none(store: Store) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        for role in (Role.READER, Role.ORGANISER, Role.MEMBER):
            token = await invite(session, group, "Ann", role)
            arrival = await press(session, token)
    assert await role_in(store, arrival.person, group.id) is Role.ORGANISER


async def test_one_person_can_be_in_two_groups(store: Store) -> None:
    async with store.session() as session:
        devon = await actions.make_group(session, "Devon")
        kent = await actions.make_group(session, "Kent")
        ann = (await press(session, await invite(session, devon, "Ann"))).person
        who = Who(ann.id, ann.name)
        there = await press(session, await invite(session, kent, "Ann"), who=who)
        other = await press(session, await invite(session, kent, "Ben"), who=who)
    assert there.person.id == ann.id
    assert other.person.id != ann.id
    assert await role_in(store, ann, devon.id) is await role_in(store, ann, kent.id)


# Cards to keep, and cards for anybody


KEPT = Wanted("Ann", uses=500, days=365)
OPEN = Wanted(None, uses=3)


async def test_a_card_is_found_by_its_code_however_it_is_typed(store: Store) -> None:
    made = await card(store, KEPT)
    async with store.reading() as session:
        for typed in (made.code, grouped(made.code), f" {made.code.lower()} "):
            assert (await look_at_code(session, SECRET, typed)).row.id == made.row.id


async def test_a_code_without_the_secret_of_this_server_opens_nothing(store: Store) -> None:
    made = await card(store, KEPT)
    async with store.reading() as session:
        for secret, typed in ((b"another", made.code), (SECRET, "K7MQ-4QXT-2PDN"), (SECRET, "")):
            with pytest.raises(UnknownCode):
                await look_at_code(session, secret, typed)


async def test_neither_the_code_nor_the_link_of_a_card_is_kept(store: Store) -> None:
    made = await card(store, KEPT)
    async with store.reading() as session:
        row = await session.get_one(InvitationRow, made.row.id)
    kept = " ".join(str(getattr(row, column.name)) for column in InvitationRow.__table__.columns)
    assert made.token not in kept
    assert made.code not in kept


async def test_a_card_that_is_kept_lets_the_same_person_in_again_and_again(store: Store) -> None:
    made = await card(store, KEPT)
    people = {(await pressed(store, made, browser=f"{n}")).person.id for n in range(3)}
    assert len(people) == 1


async def test_who_took_another_name_comes_back_with_their_old_card(store: Store) -> None:
    made = await card(store, KEPT)
    ann = (await pressed(store, made)).person
    async with store.session() as session:
        (await session.get_one(PersonRow, ann.id)).name = "Annie"
    assert (await pressed(store, made)).person.id == ann.id
    assert await people_in(store) == 1


async def test_coming_back_does_not_bring_back_chores_that_were_taken(store: Store) -> None:
    made = await card(store, replace(KEPT, role=Role.ORGANISER))
    arrival = await pressed(store, made)
    async with store.session() as session:
        await session.execute(update(MembershipRow).values(role=Role.READER.value))
    await pressed(store, made)
    assert await role_in(store, arrival.person, arrival.group.id) is Role.READER


async def test_the_card_of_somebody_who_was_removed_lets_nobody_in(store: Store) -> None:
    made = await card(store, KEPT)
    arrival = await pressed(store, made)
    await remove(store, arrival.person)
    with pytest.raises(InvitationRevoked):
        await pressed(store, made)
    # Let in anew by another card, they do not get the old one back.
    async with store.session() as session:
        ann = await session.get_one(PersonRow, arrival.person.id)
        await actions.join(session, ann, arrival.group, Role.MEMBER)
    with pytest.raises(InvitationRevoked):
        await pressed(store, made)


async def test_an_invitation_made_before_its_person_was_removed_is_over(store: Store) -> None:
    first, second = await card(store, Wanted("Ann")), await card(store, Wanted("Ann"))
    arrival = await pressed(store, first)
    await remove(store, arrival.person)
    with pytest.raises(InvitationRevoked):
        await pressed(store, second)
    assert (await pressed(store, await card(store, Wanted("Ann")))).person.name == "Ann"


async def test_who_was_removed_does_not_come_back_by_an_open_card(store: Store) -> None:
    made = await card(store, OPEN)
    arrival = await pressed(store, made, "Ann")
    await remove(store, arrival.person)
    who = Who(arrival.person.id, "Ann")
    async with store.session() as session:
        with pytest.raises(InvitationRevoked):
            await press(session, made.token, who)


async def test_a_card_that_was_ended_lets_nobody_in_not_even_by_the_same_press(
    store: Store,
) -> None:
    made = await card(store, Wanted("Ann"))
    await pressed(store, made, browser="hers")
    async with store.session() as session:
        await session.execute(update(InvitationRow).values(revoked_at=clock.now()))
    with pytest.raises(InvitationRevoked):
        await pressed(store, made, browser="hers")


async def test_who_signed_out_cannot_be_brought_back_by_the_same_press(store: Store) -> None:
    made = await card(store, Wanted("Ann"))
    ann = (await pressed(store, made, browser="hers")).person
    async with store.session() as session:
        await forget_presses(session, ann.id)
    with pytest.raises(InvitationUsed):
        await pressed(store, made, browser="hers")


async def test_an_open_card_lets_in_as_many_as_it_says_each_by_name(store: Store) -> None:
    made = await card(store, OPEN)
    for name in ("Ann", "Ben", "Cara"):
        arrival = await pressed(store, made, name)
        assert (arrival.person.name, arrival.group.slug) == (name, "devon")
        assert await role_in(store, arrival.person, arrival.group.id) is Role.MEMBER
    with pytest.raises(InvitationUsed):
        await pressed(store, made, "Dan")
    assert await people_in(store) == 3


@pytest.mark.parametrize("name", ["Ben", "ben", " BEN ", "Be\u200bn", "\uff22en"])
async def test_nobody_comes_in_as_somebody_else_by_an_open_card(store: Store, name: str) -> None:
    made = await card(store, OPEN)
    await pressed(store, made, "Ben")
    with pytest.raises(NameTakenHere):
        await pressed(store, made, name)
    async with store.reading() as session:
        assert (await session.get_one(InvitationRow, made.row.id)).uses == 1


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 101])
async def test_an_open_card_asks_for_a_name(store: Store, name: str) -> None:
    made = await card(store, OPEN)
    with pytest.raises(NotFilledIn):
        await pressed(store, made, name)
    assert await people_in(store) == 0


async def test_who_is_signed_in_needs_no_name_for_an_open_card(store: Store) -> None:
    ann = (await pressed(store, await card(store, Wanted("Ann"), "Kent"))).person
    made = await card(store, OPEN)
    async with store.session() as session:
        arrival = await press(session, made.token, Who(ann.id, "Ann"))
    assert arrival.person.id == ann.id
    assert await role_in(store, ann, arrival.group.id) is Role.MEMBER


async def test_a_namesake_of_another_group_is_asked_to_add_something(store: Store) -> None:
    ann = (await pressed(store, await card(store, Wanted("Ann"), "Kent"))).person
    made = await card(store, OPEN)
    await pressed(store, made, "Ann")
    async with store.session() as session:
        with pytest.raises(NameTakenHere):
            await press(session, made.token, Who(ann.id, "Ann"))


async def test_the_same_press_on_an_open_card_is_of_one_page_and_one_name(store: Store) -> None:
    made = await card(store, OPEN)
    first = await pressed(store, made, "Ann", browser="tablet", page="one")
    again = await pressed(store, made, "Ann", browser="tablet", page="one")
    assert again.person.id == first.person.id
    other = await pressed(store, made, "Ben", browser="tablet", page="one")
    assert other.person.id != first.person.id
    with pytest.raises(NameTakenHere):
        await pressed(store, made, "Ann", browser="tablet", page="two")


async def test_the_address_that_was_invited_is_kept_with_its_person(store: Store) -> None:
    made = await card(store, Wanted("Ann", email="ann@example.org"))
    assert (await pressed(store, made)).person.email == "ann@example.org"
    other = await card(store, Wanted("Ann", email="eve@example.org"))
    assert (await pressed(store, other)).person.email == "ann@example.org"


async def test_the_device_is_kept_and_a_shared_one_is_left_by_tonight(store: Store) -> None:
    made = await card(store, Wanted("Ann"))
    async with store.session() as session:
        invitation = await look_at_invitation(session, made.token)
        device = Device("Tablet", shared=True)
        await come_in(session, invitation, Arriving(device=device, zone="Europe/London"))
        row = (await session.scalars(select(SessionRow))).one()
    assert (row.device, row.shared) == ("Tablet", True)
    assert row.expires_at <= clock.now() + timedelta(hours=25)


async def test_inviting_and_coming_in_are_recorded_without_names(store: Store) -> None:
    made = await card(store, Wanted("Ann"))
    arrival = await pressed(store, made)
    async with store.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    assert [row.what for row in rows] == [What.INVITED, What.CAME_IN]
    assert all(row.group_id == arrival.group.id for row in rows)
    assert rows[1].person_id == arrival.person.id
    assert all(row.details["card"] == made.row.id for row in rows)
    assert "Ann" not in str([row.details for row in rows])


async def test_the_use_of_a_card_is_noted_once_a_press(store: Store) -> None:
    made = await card(store, KEPT)
    for _ in range(2):
        await pressed(store, made, browser="hers")
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InvitationUseRow)) == 1
        group = (await session.scalars(select(GroupRow))).one()
        assert group.slug == "devon"
