from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from server import clock
from server.errors import InvitationExpired, InvitationUsed, UnknownInvitation
from server.people import actions
from server.people.coming_in.invitations import Arriving
from server.people.coming_in.sign_in_links import (
    LASTS,
    first_group_of,
    forget_links,
    look_at_link,
    make_links,
    use_link,
)
from server.people.permits import Role
from server.people.signing_in import who_by_token_hash
from server.people.tables import AuditRow, PersonRow, SignInLinkRow
from server.people.tokens import hash_of
from server.store import Store

EMAIL = "home@example.org"


async def somebody(store: Store, name: str, email: str = EMAIL) -> PersonRow:
    async with store.session() as session:
        person = await actions.make_person(session, name)
        person.email = email
        return person


async def link_of(store: Store, email: str = EMAIL) -> str:
    async with store.session() as session:
        ((_, token),) = await make_links(session, email)
    return token


async def used(store: Store, token: str, browser: str = "hers") -> str:
    async with store.session() as session:
        link = await look_at_link(session, token)
        return await use_link(session, link, Arriving(browser=browser))


async def test_a_link_signs_its_person_in_once(store: Store) -> None:
    ann = await somebody(store, "Ann")
    token = await link_of(store)
    key = hash_of(await used(store, token))
    async with store.reading() as session:
        assert (await who_by_token_hash(session, [key]))[key].person_id == ann.id
        assert (await session.scalars(select(AuditRow.what))).all() == ["came in"]
    with pytest.raises(InvitationUsed):
        await used(store, token, "another")


async def test_looking_at_a_link_uses_nothing_up(store: Store) -> None:
    await somebody(store, "Ann")
    token = await link_of(store)
    async with store.reading() as session:
        for _ in range(3):
            (await look_at_link(session, token)).check()


async def test_the_same_browser_may_press_again_until_its_person_signs_out(store: Store) -> None:
    ann = await somebody(store, "Ann")
    token = await link_of(store)
    for _ in range(2):
        await used(store, token)
    async with store.session() as session:
        await forget_links(session, ann.id)
    with pytest.raises(InvitationUsed):
        await used(store, token)


async def test_an_hour_later_a_link_is_too_old(store: Store) -> None:
    await somebody(store, "Ann")
    token = await link_of(store)
    async with store.session() as session:
        row = (await session.scalars(select(SignInLinkRow))).one()
        assert row.expires_at - clock.now() <= LASTS == timedelta(hours=1)
        row.expires_at = clock.now()
    with pytest.raises(InvitationExpired):
        await used(store, token)
    await link_of(store)
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(SignInLinkRow)) == 1


async def test_two_people_with_one_address_get_a_link_each(store: Store) -> None:
    people = {name: await somebody(store, name) for name in ("Ann", "Ben")}
    await somebody(store, "Cara", "cara@example.org")
    async with store.session() as session:
        links = await make_links(session, "Home@Example.org")
    assert [name for name, _ in links] == ["Ann", "Ben"]
    async with store.reading() as session:
        for name, token in links:
            assert (await look_at_link(session, token)).person.id == people[name].id


async def test_nobody_gets_a_link_at_an_unknown_address(store: Store) -> None:
    await somebody(store, "Ann")
    async with store.session() as session:
        assert await make_links(session, "eve@example.org") == []
        assert await make_links(session, "%") == []


async def test_who_was_deleted_gets_no_link_and_uses_none(store: Store) -> None:
    ann = await somebody(store, "Ann")
    token = await link_of(store)
    async with store.session() as session:
        await session.execute(
            update(PersonRow).where(PersonRow.id == ann.id).values(deleted_at=clock.now())
        )
    async with store.session() as session:
        assert await make_links(session, EMAIL) == []
    for unknown in (token, "nonsense"):
        with pytest.raises(UnknownInvitation):
            await used(store, unknown)


async def test_only_hashes_of_links_are_kept(store: Store) -> None:
    await somebody(store, "Ann")
    token = await link_of(store)
    async with store.reading() as session:
        row = (await session.scalars(select(SignInLinkRow))).one()
    assert token not in [getattr(row, column.name) for column in SignInLinkRow.__table__.columns]


async def test_who_came_in_by_e_mail_is_brought_to_the_group_they_joined_first(
    store: Store,
) -> None:
    ann = await somebody(store, "Ann")
    async with store.session() as session:
        assert await first_group_of(session, ann.id) is None
        for name in ("Kent", "Devon"):
            group = await actions.make_group(session, name)
            await actions.join(session, ann, group, Role.MEMBER)
    async with store.reading() as session:
        first = await first_group_of(session, ann.id)
        assert first is not None
        assert first.slug == "kent"
