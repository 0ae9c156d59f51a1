from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.errors import UnknownInvitation
from server.people import actions
from server.people.audit import What
from server.people.coming_in.cards import cards_of, end_card
from server.people.coming_in.invitations import Arriving, come_in, look_at_invitation, make_card
from server.people.coming_in.wanted import Wanted
from server.people.permits import Role, Who
from server.people.tables import AuditRow, GroupRow, InvitationRow
from server.store import Store

SECRET = b"a secret of the server"


@pytest.fixture
async def devon(store: Store) -> GroupRow:
    async with store.session() as session:
        return await actions.make_group(session, "Devon")


@pytest.fixture
async def olwen(store: Store, devon: GroupRow) -> Who:
    async with store.session() as session:
        person = await actions.make_person(session, "Olwen")
        await actions.join(session, person, devon, Role.ORGANISER)
        return Who(person.id, person.name, roles={devon.id: Role.ORGANISER})


async def test_cards_that_work_are_listed_with_what_an_organiser_asks(
    store: Store, devon: GroupRow, olwen: Who
) -> None:
    async with store.session() as session:
        made = await make_card(session, SECRET, devon, Wanted(None, uses=30), olwen)
        await make_card(session, SECRET, devon, Wanted("Ben", Role.READER))
    async with store.session() as session:
        invitation = await look_at_invitation(session, made.token)
        await come_in(session, invitation, Arriving(name="Cara"))
    async with store.reading() as session:
        cards = {card.name: card for card in await cards_of(session, devon)}
    ben, anybody = cards["Ben"], cards[None]
    assert (anybody.left, anybody.made_by, anybody.role) == (29, "Olwen", Role.MEMBER)
    assert anybody.last_used is not None
    assert anybody.until - clock.now() > timedelta(days=13)
    assert (ben.left, ben.made_by, ben.role, ben.last_used) == (1, None, Role.READER, None)


async def test_cards_that_are_used_up_over_or_ended_are_not_listed(
    store: Store, devon: GroupRow, olwen: Who
) -> None:
    async with store.session() as session:
        used = await make_card(session, SECRET, devon, Wanted("Ben"))
        await make_card(session, SECRET, devon, Wanted("Cara", days=0))
        ended = await make_card(session, SECRET, devon, Wanted("Dan"))
    async with store.session() as session:
        await come_in(session, await look_at_invitation(session, used.token))
        await end_card(session, devon, ended.row.id, olwen)
    async with store.reading() as session:
        assert await cards_of(session, devon) == []


async def test_ending_a_card_is_recorded_once(store: Store, devon: GroupRow, olwen: Who) -> None:
    async with store.session() as session:
        made = await make_card(session, SECRET, devon, Wanted("Ben"), olwen)
    for _ in range(2):
        async with store.session() as session:
            await end_card(session, devon, made.row.id, olwen)
    async with store.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    assert [row.what for row in rows] == [What.INVITED, What.CARD_ENDED]
    assert rows[1].person_id == olwen.person_id
    assert rows[1].details == {"card": made.row.id}


async def test_a_card_of_another_group_cannot_be_ended(
    store: Store, devon: GroupRow, olwen: Who
) -> None:
    async with store.session() as session:
        kent = await actions.make_group(session, "Kent")
        made = await make_card(session, SECRET, kent, Wanted("Ben"))
    for card_id in (made.row.id, "nonsense", "\x00", "\ud800"):
        async with store.session() as session:
            with pytest.raises(UnknownInvitation):
                await end_card(session, devon, card_id, olwen)
    async with store.reading() as session:
        assert (await session.get_one(InvitationRow, made.row.id)).revoked_at is None
