import pytest
from sqlalchemy import update

from server import clock
from server.comparing import sides
from server.errors import MayNot, NotSignedIn, SameVersion, UnknownCharter, UnknownEdition
from server.people.permits import Role, Who
from server.store import Store
from server.writing.rich_text import plain
from server.writing.tables import WordingRow
from tests.server.comparing.places import NATIONAL, charter, publish, publish_again, three_places
from tests.server.comparing.test_table_pages import hide


async def test_an_edition_stays_what_it_was(store: Store) -> None:
    national = await three_places(store)
    await publish_again(store, national, charter("Newer", "a: Other words."))
    async with store.reading() as session:
        first, second = await sides.read_sides(session, None, "national@1", "national@2")
    assert (first.charter.title, second.charter.title) == ("Our Charter", "Newer")
    assert (first.number, second.number) == (1, 2)
    assert first.group == "National"


async def test_a_draft_is_read_as_it_stands_now(store: Store) -> None:
    national = await three_places(store)
    who = Who("p", "Ann", roles={national.charter.group_id: Role.READER})
    async with store.reading() as session:
        side = await sides.read_version(session, who, "national")
    assert (side.number, side.path) == (None, "/charters/national/draft")
    assert len(side.charter.statements) == 3


async def test_items_whose_words_were_forgotten_are_told(store: Store) -> None:
    await three_places(store)
    async with store.session() as session:
        await session.execute(
            update(WordingRow).values(words=[], meaning=[], picture=None, removed_at=clock.now())
        )
    async with store.reading() as session:
        side = await sides.read_version(session, None, "barry@1")
    assert "b" in side.removed
    assert not side.hidden
    assert all(plain(item.words) == "" for item in side.charter.items)


async def test_items_whose_words_are_hidden_are_told_as_such(store: Store) -> None:
    await three_places(store)
    await hide(store, "barry", "b")
    async with store.reading() as session:
        side = await sides.read_version(session, None, "barry@1")
    assert side.hidden == side.removed == {"b"}


@pytest.mark.parametrize(
    ("version", "refusal"),
    [
        ("nowhere", UnknownCharter),
        ("", UnknownCharter),
        ("@1", UnknownCharter),
        ("avon@2", UnknownEdition),
        ("avon@-1", UnknownEdition),
        ("avon@1@1", UnknownEdition),
        ("avon@١", UnknownEdition),
        ("avon", NotSignedIn),
    ],
)
async def test_what_is_not_there_or_not_for_strangers_is_refused(
    store: Store, version: str, refusal: type[Exception]
) -> None:
    await three_places(store)
    async with store.reading() as session:
        with pytest.raises(refusal):
            await sides.read_version(session, None, version)


async def test_a_draft_of_another_group_is_refused(store: Store) -> None:
    await three_places(store)
    async with store.reading() as session:
        with pytest.raises(MayNot):
            await sides.read_version(session, Who("p", "Ann"), "avon")


async def test_the_same_version_twice_is_refused(store: Store) -> None:
    async with store.reading() as session:
        with pytest.raises(SameVersion):
            await sides.read_sides(session, None, "avon@1", "avon@1")


async def test_one_chooses_from_what_one_may_see_national_charters_first(store: Store) -> None:
    national = await three_places(store)
    await publish_again(store, national, charter("Newer", "a: Other words."))
    secret = await publish(store, "Dyfi", charter("Dyfi", *NATIONAL), national, visibility="group")
    async with store.reading() as session:
        strangers = await sides.choices(session, None)
        who = Who("p", "Ann", roles={secret.charter.group_id: Role.MEMBER})
        members = await sides.choices(session, who)
    assert [[choice.version for choice in each.versions] for each in strangers] == [
        ["national@2", "national@1"],
        ["avon@1"],
        ["barry@1"],
        ["corris@1"],
    ]
    (own,) = (each for each in members if each.group == "Dyfi")
    assert [choice.version for choice in own.versions] == ["dyfi", "dyfi@1"]


async def test_whoever_is_in_a_group_chooses_from_charters_for_all_groups(store: Store) -> None:
    national = await three_places(store)
    await publish(store, "Dyfi", charter("Dyfi", *NATIONAL), national, visibility="groups")
    ken = Who("ken", "Ken", roles={"kent": Role.READER})
    async with store.reading() as session:
        strangers = await sides.choices(session, Who("nobody", "Nobody"))
        others = await sides.choices(session, ken)
    assert "Dyfi" not in {each.group for each in strangers}
    (theirs,) = (each for each in others if each.group == "Dyfi")
    assert [choice.version for choice in theirs.versions] == ["dyfi@1"]
