"""A group's card lets somebody in to that group, and into no other: its organisers made it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from server import clock
from server.errors import OnlyHere, UnknownSupport
from server.people import actions
from server.people.coming_in import device_pages, invitations, pages, passkey_pages
from server.people.coming_in.invitations import Arriving, come_in, invite, look_at_invitation
from server.people.coming_in.wanted import Wanted
from server.people.me import face_pages, uploads
from server.people.permits import Role, Who, check_not_only_here
from server.people.safety import reports
from server.people.sessions import sign_in
from server.people.signing_in import who_by_token_hash
from server.people.supporters import actions as supporters
from server.people.supporters.actions import begin, choose
from server.people.tables import (
    GroupRow,
    InvitationRow,
    MembershipRow,
    PersonRow,
    ReportRow,
    SessionRow,
    SupportRow,
)
from server.people.tokens import hash_of
from server.store import Store
from server.writing import own_picture_pages
from tests.support.pages import browser, form_token, make_app, send


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


async def test_a_used_card_of_another_group_opens_that_group_too(
    site: Site, tmp_path: Path
) -> None:
    app = make_app(site.store, tmp_path, pages.routes)
    paths = []
    async with site.store.session() as session:
        for group in (site.devon, site.national):
            kept = Wanted("Meg", Role.MEMBER, 365, 500)
            made = await invitations.make_card(session, app.state.secret, group, kept)
            paths.append(f"/come-in/{made.token}")
    of_devon, of_national = paths
    async with browser(app) as hers:
        await send(hers, of_national)
    async with browser(app) as hers:
        await send(hers, of_devon)
        assert (await hers.get(of_devon)).status_code == 303
        assert (await send(hers, of_national)).status_code == 303
        assert (await hers.get(of_national)).status_code == 303
        who = await site.who(hers.cookies["our_charter"])
    assert who.vouched_by == frozenset({site.devon.id, site.national.id})
    assert not who.only_here


async def reported(site: Site, group: GroupRow) -> None:
    async with site.store.session() as session:
        session.add(
            ReportRow(
                id=clock.new_id(),
                group_id=group.id,
                about="words",
                address="/charters/devon",
                words="I choose.",
                note="",
                person_id=site.meg.id,
                at=clock.now(),
                answer="Done.",
                closed_at=clock.now(),
            )
        )


async def test_a_card_tells_only_what_was_reported_to_its_group(site: Site) -> None:
    await reported(site, site.national)
    by_card, by_key = await site.by_card(site.devon), await site.by_own_key()
    async with site.store.reading() as session:
        assert await reports.of_person(session, by_card) == []
        assert not await reports.answered_lately(session, by_card)
        assert len(await reports.of_person(session, by_key)) == 1
        assert await reports.answered_lately(session, by_key)
    await reported(site, site.devon)
    async with site.store.reading() as session:
        (one,) = await reports.of_person(session, by_card)
        assert await reports.answered_lately(session, by_card)
    assert one.group.id == site.devon.id


async def helped_nationally(site: Site) -> tuple[PersonRow, SupportRow, SupportRow]:
    """Una of the national group helps Meg, and Meg helps her."""
    async with site.store.session() as session:
        una = await actions.make_person(session, "Una")
        await actions.join(session, una, site.national, Role.MEMBER)
        supports = [
            SupportRow(
                id=clock.new_id(),
                person_id=person,
                supporter_id=supporter,
                asked_at=clock.now(),
                yes_at=clock.now(),
            )
            for person, supporter in ((site.meg.id, una.id), (una.id, site.meg.id))
        ]
        session.add_all(supports)
    return una, supports[0], supports[1]


async def test_a_card_neither_tells_nor_ends_help_in_other_groups(site: Site) -> None:
    _, helps_meg, helped = await helped_nationally(site)
    by_card, by_key = await site.by_card(site.devon), await site.by_own_key()
    async with site.store.reading() as session:
        assert await supporters.helpers_of(session, by_card) == []
        assert await supporters.helped_by(session, by_card) == []
        assert len(await supporters.helpers_of(session, by_key)) == 1
        assert len(await supporters.helped_by(session, by_key)) == 1
    for support in (helps_meg, helped):
        with pytest.raises(UnknownSupport):
            async with site.store.session() as session:
                await supporters.end(session, by_card, support.id)
    with pytest.raises(OnlyHere):
        async with site.store.session() as session:
            await begin(session, by_card, helped.id)
    async with site.store.session() as session:
        await supporters.end(session, by_key, helps_meg.id)


async def test_a_card_shows_help_within_its_group(site: Site) -> None:
    una, helps_meg, _ = await helped_nationally(site)
    async with site.store.session() as session:
        await actions.join(session, una, site.devon, Role.MEMBER)
    by_card = await site.by_card(site.devon)
    async with site.store.session() as session:
        assert len(await supporters.helpers_of(session, by_card)) == 1
        await supporters.end(session, by_card, helps_meg.id)


async def test_a_card_shows_no_picture_of_a_supporter_from_elsewhere(site: Site) -> None:
    una, _, _ = await helped_nationally(site)
    async with site.store.session() as session:
        of_una = await uploads.keep(session, Who(una.id, "Una"), b"picture")
    by_card, by_key = await site.by_card(site.devon), await site.by_own_key()
    async with site.store.session() as session:
        assert await uploads.find(session, of_una.id, by_card) is None
        # Out of the national group, Meg by her own key still sees who said yes to her.
        membership = await session.scalar(
            select(MembershipRow).where(
                MembershipRow.person_id == una.id, MembershipRow.group_id == site.national.id
            )
        )
        assert membership is not None
        membership.ended_at = clock.now()
        await session.flush()
        assert await uploads.find(session, of_una.id, by_key) is not None
        assert await uploads.find(session, of_una.id, by_card) is None


async def test_what_is_of_the_whole_person_waits_for_a_way_of_their_own(
    site: Site, tmp_path: Path
) -> None:
    routes = [
        *(*pages.routes, *device_pages.routes, *passkey_pages.routes),
        *(*face_pages.routes, *own_picture_pages.routes),
    ]
    app = make_app(site.store, tmp_path, routes)
    own = (await site.by_own_key()).session_id
    async with browser(app) as hers:
        await send(hers, f"/come-in/{await site.card(site.devon)}")
        here = (await site.who(hers.cookies["our_charter"])).session_id
        devices = await hers.get("/me/devices")
        assert "/me/devices/end-others" not in devices.text
        assert str(own) not in devices.text
        token = {"form_token": form_token(devices)}
        for path in ("/me/passkeys", "/me/photo", "/me/picture"):
            assert (await hers.get(path)).status_code == 403, path
        for path in (
            *("/me/passkeys/some/take-away", "/me/photo", "/me/picture"),
            *("/me/devices/end-others", f"/me/devices/{own}/end"),
        ):
            assert (await hers.post(path, data=token)).status_code == 403, path
        assert (await hers.post(f"/me/devices/{here}/end", data=token)).status_code == 303
    async with site.store.reading() as session:
        assert (await session.scalars(select(SessionRow.id))).all() == [own]
