"""A group's card lets somebody in to that group, and into no other: its organisers made it."""

from dataclasses import dataclass

import pytest

from server import clock
from server.errors import OnlyHere
from server.people import actions
from server.people.invitations import Arriving, come_in, invite, look_at_invitation
from server.people.permits import Role, Who, check_not_only_here
from server.people.sessions import sign_in
from server.people.signing_in import who_by_token_hash
from server.people.supporters import begin, choose
from server.people.tables import GroupRow, InvitationRow, PersonRow, SupportRow
from server.people.tokens import hash_of
from server.store import Store


@dataclass
class Site:
    store: Store
    national: GroupRow
    devon: GroupRow
    meg: PersonRow

    async def card(self, group: GroupRow, name: str = "Meg", email: str | None = None) -> str:
        async with self.store.session() as session:
            secret = await invite(session, group, name)
            if email is not None:
                row = (await look_at_invitation(session, secret)).row
                (await session.get_one(InvitationRow, row.id)).email = email
            return secret

    async def by_card(self, group: GroupRow, who: Who | None = None, **card: str) -> Who:
        """Who is signed in after a card of this group was used."""
        secret = await self.card(group, **card)
        async with self.store.session() as session:
            invitation = await look_at_invitation(session, secret)
            arrival = await come_in(session, invitation, Arriving(who))
        return await self.who(arrival.session_token)

    async def who(self, secret: str) -> Who:
        async with self.store.reading() as session:
            return (await who_by_token_hash(session, [hash_of(secret)]))[hash_of(secret)]

    async def by_own_key(self) -> Who:
        async with self.store.session() as session:
            secret = await sign_in(session, self.meg)
        return await self.who(secret)


@pytest.fixture
async def site(store: Store) -> Site:
    """Meg organises the national group and is a member in Devon."""
    async with store.session() as session:
        national = await actions.make_group(session, "National", "national")
        devon = await actions.make_group(session, "Devon")
        meg = await actions.make_person(session, "Meg")
        await actions.join(session, meg, national, Role.ORGANISER)
        await actions.join(session, meg, devon, Role.MEMBER)
    return Site(store, national, devon, meg)


async def test_a_card_of_one_group_opens_no_other(site: Site) -> None:
    who = await site.by_card(site.devon)
    assert who.person_id == site.meg.id
    assert who.roles == {site.devon.id: Role.MEMBER}
    assert who.leads == frozenset()
    with pytest.raises(OnlyHere):
        check_not_only_here(who)


async def test_cards_of_both_groups_open_both(site: Site) -> None:
    of_devon = await site.by_card(site.devon)
    who = await site.by_card(site.national, of_devon)
    assert set(who.roles) == {site.devon.id, site.national.id}
    check_not_only_here(who)


async def test_who_came_in_by_a_way_of_their_own_keeps_it(site: Site) -> None:
    before = await site.by_own_key()
    who = await site.by_card(site.devon, before)
    assert set(who.roles) == {site.devon.id, site.national.id}
    assert who.vouched_by is None


async def test_who_is_in_one_group_alone_misses_nothing(site: Site) -> None:
    who = await site.by_card(site.devon, name="Ben")
    assert not who.only_here
    check_not_only_here(who)


async def test_a_card_that_is_used_later_does_not_open_a_group_joined_since(site: Site) -> None:
    ben = await site.by_card(site.devon, name="Ben")
    async with site.store.session() as session:
        person = await session.get_one(PersonRow, ben.person_id)
        await actions.join(session, person, site.national, Role.ORGANISER)
    again = await site.by_card(site.devon, name="Ben")
    assert again.person_id == ben.person_id
    assert set(again.roles) == {site.devon.id}


async def test_an_organiser_cannot_have_the_letters_of_somebody_of_another_group(
    site: Site,
) -> None:
    await site.by_card(site.devon, email="organiser@example.org")
    async with site.store.reading() as session:
        assert (await session.get_one(PersonRow, site.meg.id)).email is None


async def test_a_card_reaches_no_other_group_through_somebody_who_is_helped(site: Site) -> None:
    sam = await site.by_card(site.devon, name="Sam")
    async with site.store.session() as session:
        support = SupportRow(
            id=clock.new_id(),
            person_id=site.meg.id,
            supporter_id=sam.person_id,
            asked_at=clock.now(),
            yes_at=clock.now(),
        )
        session.add(support)
        await session.flush()
        await begin(session, sam, support.id)
        assert sam.session_id is not None
    secret = await site.card(site.devon, "Sam")
    async with site.store.session() as session:
        arrival = await come_in(session, await look_at_invitation(session, secret))
    again = await site.who(arrival.session_token)
    async with site.store.session() as session:
        await begin(session, again, support.id)
    helping = (await site.who(arrival.session_token)).helping
    assert helping is not None
    assert helping.roles == {site.devon.id: Role.MEMBER}


async def test_a_card_of_one_group_says_yes_to_nobody(site: Site) -> None:
    sam = await site.by_card(site.devon, name="Sam")
    meg = await site.by_card(site.devon)
    with pytest.raises(OnlyHere):
        async with site.store.session() as session:
            await choose(session, meg, sam.person_id)
