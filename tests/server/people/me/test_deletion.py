"""The rows of a deleted person; tests/server/live/test_deleting.py has the rest of it."""

import pytest
from sqlalchemy import select, update

from server import clock
from server.errors import LastOrganiser, NotWhileHelping
from server.people import actions
from server.people.me.deletion import check_may_go, delete_person
from server.people.names import A_MEMBER
from server.people.permits import Helped, Role, Who
from server.people.tables import (
    InvitationRow,
    InvitationUseRow,
    MembershipRow,
    PersonRow,
    ReportRow,
)
from server.store import Store
from tests.support.people import somebody


async def make_organiser(store: Store, who: Who) -> Who:
    async with store.session() as session:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id == who.person_id)
            .values(role=Role.ORGANISER.value)
        )
    return Who(who.person_id, who.name, roles=dict.fromkeys(who.roles, Role.ORGANISER))


async def test_the_last_organiser_may_go_when_nobody_else_is_there(store: Store) -> None:
    ann = await make_organiser(store, await somebody(store, "Ann", "Devon"))
    async with store.reading() as session:
        await check_may_go(session, ann)
    ben = await somebody(store, "Ben", "Devon")
    async with store.session() as session:
        with pytest.raises(LastOrganiser):
            await delete_person(session, ann)
    await make_organiser(store, ben)
    async with store.reading() as session:
        await check_may_go(session, ann)


async def test_a_supporter_stops_helping_first(store: Store) -> None:
    sam = Who("p-sam", "Sam", helping=Helped("p-ann", "Ann"))
    async with store.reading() as session:
        with pytest.raises(NotWhileHelping):
            await check_may_go(session, sam)


async def test_names_go_from_cards_and_reports_and_others_cards_work_on(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    (group_id,) = ann.roles
    async with store.session() as session:
        group = await actions.find_group(session, "Devon")
        for name in (" ann ", "An old name", "Ben"):
            session.add(
                InvitationRow(
                    id=name,
                    token_hash=name,
                    group_id=group.id,
                    name=name,
                    role="member",
                    created_at=clock.now(),
                    expires_at=clock.now(),
                )
            )
        await session.flush()
        session.add(
            InvitationUseRow(
                id="u",
                invitation_id="An old name",
                person_id=ann.person_id,
                used_from="her browser",
                at=clock.now(),
            )
        )
        session.add(
            ReportRow(
                id="r",
                group_id=group_id,
                about="name",
                address="/",
                words="Ann",
                note="",
                at=clock.now(),
            )
        )
    async with store.session() as session:
        await delete_person(session, ann)
    async with store.reading() as session:
        hers = await session.get_one(InvitationRow, " ann ")
        bens = await session.get_one(InvitationRow, "Ben")
        assert (hers.name, hers.revoked_at is None) == (A_MEMBER, False)
        assert (bens.name, bens.revoked_at) == ("Ben", None)
        used = await session.get_one(InvitationRow, "An old name")
        assert (used.name, used.revoked_at is None) == (A_MEMBER, False)
        # Nobody can press the link again and be signed in as who is gone.
        assert (await session.get_one(InvitationUseRow, "u")).used_from == ""
        assert (await session.get_one(ReportRow, "r")).words == A_MEMBER
        assert (await session.get_one(PersonRow, ann.person_id)).name == A_MEMBER


async def test_no_name_they_went_by_stays_in_reports_about_them_and_others_stay(
    store: Store,
) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await somebody(store, "Ann", "Kent")
    (devon,) = ann.roles
    async with store.session() as session:
        kent = await actions.find_group(session, "Kent")
        for number, (group_id, about, words, whom) in enumerate(
            (
                (devon, "name", "Her earlier name", ann.person_id),
                (devon, "name", "Ann", None),
                (devon, "face", "The picture of Ann", None),
                (devon, "face", "The picture", ann.person_id),
                (devon, "name", "Ben", None),
                (devon, "statement", "Ann", None),
                (kent.id, "name", "Ann", None),
            )
        ):
            session.add(
                ReportRow(
                    id=str(number),
                    group_id=group_id,
                    item_id=whom,
                    about=about,
                    address="/",
                    words=words,
                    note="",
                    at=clock.now(),
                )
            )
    async with store.session() as session:
        await delete_person(session, ann)
    async with store.reading() as session:
        rows = await session.scalars(select(ReportRow.words).order_by(ReportRow.id))
        assert rows.all() == [
            *(A_MEMBER, A_MEMBER, "The picture", "The picture"),
            *("Ben", "Ann", "Ann"),
        ]
