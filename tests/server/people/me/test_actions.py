import pytest
from sqlalchemy import select

from server.errors import NameTaken, NotFilledIn, WrongField
from server.people import actions
from server.people.coming_in.sign_in_links import make_links
from server.people.me import actions as me
from server.people.me import uploads
from server.people.permits import Role, Who
from server.people.preferences import Preferences
from server.people.tables import AuditRow, PersonRow, SignInLinkRow, UploadRow
from server.store import Store
from tests.support.people import somebody


async def row(store: Store, who: Who) -> PersonRow:
    async with store.reading() as session:
        return await session.get_one(PersonRow, who.person_id)


async def rename(store: Store, who: Who, name: str) -> bool:
    async with store.session() as session:
        return await me.change_name(session, who, name)


async def test_a_name_is_changed_and_told_to_each_group_without_saying_it(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon", "Kent")
    assert await rename(store, ann, "  Annie \n May ")
    assert (await row(store, ann)).name == "Annie May"
    async with store.reading() as session:
        told = (await session.scalars(select(AuditRow))).all()
    assert {each.group_id for each in told} == set(ann.roles)
    assert all("Ann" not in str(each.details) for each in told)


async def test_the_same_name_again_changes_nothing(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    assert not await rename(store, ann, "Ann")


@pytest.mark.parametrize("name", ["Ben", "  BEN ", "bén".replace("é", "e")])
async def test_a_name_that_somebody_in_the_group_has_is_refused(store: Store, name: str) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await somebody(store, "Ben", "Devon")
    with pytest.raises(NameTaken, match="Somebody here has this name"):
        await rename(store, ann, name)
    assert (await row(store, ann)).name == "Ann"


async def test_a_name_of_another_group_and_ones_own_in_capitals_are_free(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await somebody(store, "Ben", "Kent")
    assert await rename(store, ann, "ANN")
    assert await rename(store, ann, "Ben")


@pytest.mark.parametrize("name", ["", " \n ", "x" * 101])
async def test_no_name_and_a_very_long_one_are_refused(store: Store, name: str) -> None:
    ann = await somebody(store, "Ann", "Devon")
    with pytest.raises(NotFilledIn):
        await rename(store, ann, name)


async def test_an_email_address_is_given_changed_and_taken_away(store: Store) -> None:
    ann = await somebody(store, "Ann")
    for written, kept in ((" ann@example.org ", "ann@example.org"), ("", None)):
        async with store.session() as session:
            assert await me.change_email(session, ann, written) == kept
        assert (await row(store, ann)).email == kept


@pytest.mark.parametrize(
    "written",
    [
        "ann",
        "ann@",
        "@example.org",
        "ann@example",
        "ann@@example.org",
        "ann@example.org\r\nBcc: eve@example.org",
        "Ann <ann@example.org>",
        "ann@example.org, eve@example.org",
        "ann @example.org",
        "ann@example.",
        "a" * 250 + "@example.org",
    ],
)
async def test_what_is_no_address_is_refused(store: Store, written: str) -> None:
    ann = await somebody(store, "Ann")
    async with store.session() as session:
        with pytest.raises(WrongField):
            await me.change_email(session, ann, written)
    assert (await row(store, ann)).email is None


async def links_of(store: Store) -> list[str]:
    async with store.reading() as session:
        return list(await session.scalars(select(SignInLinkRow.person_id)))


async def test_another_address_is_recorded_without_saying_it_and_ends_links_sent_before(
    store: Store,
) -> None:
    ann = await somebody(store, "Ann", "Devon")
    ben = await somebody(store, "Ben", "Devon")
    async with store.session() as session:
        for who in (ann, ben):
            await me.change_email(session, who, "both@example.org")
        assert len(await make_links(session, "both@example.org")) == 2
    async with store.session() as session:
        await me.change_email(session, ann, "both@example.org")
    assert sorted(await links_of(store)) == sorted([ann.person_id, ben.person_id])
    async with store.session() as session:
        await me.change_email(session, ann, "new@example.org")
    assert await links_of(store) == [ben.person_id]
    async with store.reading() as session:
        told = (
            await session.scalars(select(AuditRow).where(AuditRow.what == "e-mail changed"))
        ).all()
    assert [row.person_id for row in told] == [ann.person_id, ben.person_id, ann.person_id]
    assert all(row.details == {} and row.group_id in ann.roles for row in told)


async def test_a_picture_of_the_catalogue_takes_the_place_of_ones_own(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    async with store.session() as session:
        await uploads.keep(session, ann, b"face")
    async with store.session() as session:
        await me.choose_picture(session, ann, "dog")
    person = await row(store, ann)
    assert (person.picture, person.upload_id) == ("dog", None)
    async with store.reading() as session:
        assert (await session.scalars(select(UploadRow))).all() == []


async def test_how_pages_look_is_kept_with_the_person(store: Store) -> None:
    ann = await somebody(store, "Ann")
    likes = Preferences(text_size="largest", colours="cream", quiet=True, speed=0.8)
    async with store.session() as session:
        await me.prefer(session, ann, likes)
    assert Preferences.read((await row(store, ann)).preferences) == likes


async def test_my_groups_come_by_name_with_what_i_do_there(store: Store) -> None:
    ann = await somebody(store, "Ann", "Kent", "devon")
    async with store.session() as session:
        await actions.ensure_group(session, "Bath")
        found = await me.groups_of(session, ann)
    assert [(each.group.name, each.role) for each in found] == [
        ("devon", Role.MEMBER),
        ("Kent", Role.MEMBER),
    ]
