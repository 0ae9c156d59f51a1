import pytest
from sqlalchemy import select, update

from server import clock
from server.errors import (
    NameTaken,
    NotFilledIn,
    NothingToHide,
    NotSignedIn,
    ShownAlready,
    UnknownHiding,
    WordsChanged,
)
from server.people import actions
from server.people.actions import find_member, make_group
from server.people.coming_in.invitations import come_in, invite, look_at_invitation
from server.people.groups.actions import people_in
from server.people.hidden import NAME, PICTURE
from server.people.me.deletion import delete_person
from server.people.names import A_MEMBER
from server.people.permits import Role, Who
from server.people.safety import hiding
from server.people.tables import (
    AuditRow,
    GroupRow,
    InvitationRow,
    PersonHidingRow,
    PersonRow,
    UploadRow,
)
from server.store import Store
from tests.support.people import keep, sees

MEG = Who("meg", "Meg")


async def hide(store: Store, group: GroupRow, part: str = NAME, **said: str) -> None:
    async with store.session() as session:
        there = hiding.choices(await session.get_one(PersonRow, "ann"))
        words = {"seen": there.get(part, ""), "reason": "It  hurts\nsomebody.", **said}
        await hiding.hide(session, MEG, group, "ann", part=part, **words)


async def show(store: Store, group: GroupRow) -> None:
    async with store.session() as session:
        hiding_id = await session.scalar(select(PersonHidingRow.id))
        await hiding.show(session, MEG, group, hiding_id or "")


async def ann(store: Store) -> PersonRow:
    async with store.reading() as session:
        return await session.get_one(PersonRow, "ann")


async def test_others_see_a_member_in_each_group_until_the_name_is_shown_again(
    store: Store, group: GroupRow
) -> None:
    async with store.session() as session:
        kent = await make_group(session, "Kent")
        await actions.join(session, await session.get_one(PersonRow, "ann"), kent, Role.MEMBER)
    await hide(store, group)
    async with store.reading() as session:
        for one in (group, kent):
            assert "Ann" not in str(await people_in(session, one))
        (kept,) = await hiding.hidden_by(session, group)
        assert not await hiding.hidden_by(session, kent)
    assert (kept.name, kept.by, kept.row.reason) == ("Ann", "Meg", "It hurts somebody.")
    with pytest.raises(UnknownHiding):
        async with store.session() as session:
            await hiding.show(session, MEG, kent, kept.row.id)
    await show(store, group)
    assert (await ann(store)).name == "Ann"
    with pytest.raises(ShownAlready):
        await show(store, group)


async def test_the_record_says_that_it_was_hidden_and_never_the_name(
    store: Store, group: GroupRow
) -> None:
    await hide(store, group)
    await show(store, group)
    async with store.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    assert [(row.what, row.about_id, row.details) for row in rows] == [
        ("hid", "ann", {"part": "name"}),
        ("showed", "ann", {"part": "name"}),
    ]


async def test_a_hidden_picture_is_nobodys_until_it_is_shown_again(
    store: Store, group: GroupRow
) -> None:
    me = Who("ann", "Ann", roles={group.id: Role.MEMBER})
    meg = Who("meg", "Meg", roles={group.id: Role.ORGANISER})
    upload = await keep(store, me)
    assert await sees(store, upload, meg)
    await hide(store, group, PICTURE)
    assert (await ann(store)).upload_id is None
    assert not await sees(store, upload, meg)
    assert not await sees(store, upload, me)
    await show(store, group)
    assert await sees(store, upload, meg)


async def test_a_picture_of_ours_is_hidden_as_well(store: Store, group: GroupRow) -> None:
    async with store.session() as session:
        await session.execute(update(PersonRow).values(picture="cat"))
    await hide(store, group, PICTURE)
    assert (await ann(store)).picture is None
    await show(store, group)
    assert (await ann(store)).picture == "cat"


async def test_showing_again_takes_away_nothing_that_was_chosen_since(
    store: Store, group: GroupRow
) -> None:
    await hide(store, group)
    async with store.session() as session:
        await session.execute(update(PersonRow).where(PersonRow.id == "ann").values(name="Annie"))
    await show(store, group)
    assert (await ann(store)).name == "Annie"


async def test_a_name_that_another_has_by_now_is_not_shown_again(
    store: Store, group: GroupRow
) -> None:
    await hide(store, group)
    async with store.session() as session:
        await session.execute(update(PersonRow).where(PersonRow.id == "meg").values(name="ann"))
    with pytest.raises(NameTaken, match="so we cannot show it"):
        await show(store, group)
    assert (await ann(store)).name == A_MEMBER


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"reason": " \n"}, NotFilledIn),
        ({"reason": "x" * (hiding.LONGEST_REASON + 1)}, NotFilledIn),
        ({"seen": "Somebody else"}, WordsChanged),
        ({"part": "e-mail"}, NotFilledIn),
        ({"part": PICTURE}, NothingToHide),
    ],
)
async def test_what_cannot_be_hidden_is_refused_and_changes_nothing(
    store: Store, group: GroupRow, said: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await hide(store, group, **said)
    assert (await ann(store)).name == "Ann"


async def test_a_hidden_name_cannot_be_hidden_again(store: Store, group: GroupRow) -> None:
    await hide(store, group)
    with pytest.raises(NothingToHide):
        await hide(store, group, seen=A_MEMBER)


async def test_who_deleted_themselves_keeps_nothing_that_was_hidden(
    store: Store, group: GroupRow
) -> None:
    await keep(store, Who("ann", "Ann"))
    await hide(store, group)
    await hide(store, group, PICTURE)
    async with store.session() as session:
        await delete_person(session, Who("ann", "Ann", roles={group.id: Role.MEMBER}))
    async with store.reading() as session:
        assert (await session.scalars(select(PersonHidingRow))).all() == []
        assert (await session.scalars(select(UploadRow))).all() == []
    with pytest.raises(NotSignedIn):
        await hide(store, group, seen=A_MEMBER)


async def test_their_own_card_still_lets_them_in_and_no_card_bears_the_name(
    store: Store, group: GroupRow
) -> None:
    async with store.session() as session:
        session.add(PersonRow(id="ben", name=A_MEMBER, created_at=clock.now()))
        ben = await session.get_one(PersonRow, "ben")
        await actions.join(session, ben, group, Role.MEMBER)
        used, unused = [await invite(session, group, "Ann") for _ in range(2)]
        await session.execute(update(InvitationRow).values(most_uses=9))
        await come_in(session, await look_at_invitation(session, used))
    await hide(store, group)
    async with store.session() as session:
        names = (await session.scalars(select(InvitationRow.name))).all()
        assert names == [A_MEMBER, A_MEMBER]
        back = await come_in(session, await look_at_invitation(session, used))
        assert back.person.id == "ann"
        assert (await look_at_invitation(session, unused)).row.revoked_at is not None
        # Nobody is found by this name: there may be several.
        assert await find_member(session, group, A_MEMBER) is None
        await delete_person(session, Who("ben", A_MEMBER, roles={group.id: Role.MEMBER}))
        assert (await look_at_invitation(session, used)).row.revoked_at is None


async def test_only_who_is_in_the_group_is_found(store: Store, group: GroupRow) -> None:
    async with store.reading() as session:
        assert await hiding.member(session, group, "sam") is None
        there = await hiding.member(session, group, "ann")
        assert there is not None
