import pytest

from server.comparing import reading
from server.errors import MayNot, NotSignedIn, UnknownCharter, UnknownEdition
from server.people.permits import Role, Who
from server.store import Store
from server.writing.rich_text import plain
from tests.server.comparing.places import NATIONAL, charter, publish, publish_again, three_places


async def test_an_edition_is_found_with_its_charter_and_the_newest_number(store: Store) -> None:
    national = await three_places(store)
    await publish_again(store, national, charter("Newer", "a: I"))
    async with store.reading() as session:
        found = await reading.find_national(session, None, "national", 1)
    assert (found.charter.slug, found.group.name) == ("national", "National")
    assert (found.edition.number, found.newest) == (1, 2)


@pytest.mark.parametrize(
    ("slug", "number", "who", "refusal"),
    [
        ("nowhere", 1, None, UnknownCharter),
        ("national", 2, None, UnknownEdition),
        ("national", 0, None, UnknownEdition),
        ("secret", 1, None, NotSignedIn),
        ("secret", 2, None, NotSignedIn),
        ("secret", 1, Who("p", "Ann"), MayNot),
    ],
)
async def test_what_is_not_there_or_not_for_you_is_refused(
    store: Store, slug: str, number: int, who: Who | None, refusal: type[Exception]
) -> None:
    await three_places(store)
    await publish(store, "Secret", charter("S", "a: I"), visibility="group")
    async with store.reading() as session:
        with pytest.raises(refusal):
            await reading.find_national(session, who, slug, number)


async def test_a_place_and_its_draft_stand_side_by_side_for_its_group(store: Store) -> None:
    national = await three_places(store)
    avon = await publish(store, "Avon North", charter("A", *NATIONAL), national)
    who = Who("p", "Ann", roles={avon.charter.group_id: Role.MEMBER})
    async with store.reading() as session:
        places = await reading.places_of(session, who, national.charter.id)
    assert [place.version for place in places] == [
        "avon@1",
        "avon-north@1",
        "avon-north",
        "barry@1",
        "corris@1",
    ]
    assert len({place.key for place in places}) == 5


async def test_a_draft_that_changed_has_another_key(store: Store) -> None:
    national = await three_places(store)
    dyfi = await publish(store, "Dyfi", charter("D", *NATIONAL), national)
    who = Who("p", "Ann", roles={dyfi.charter.group_id: Role.MEMBER})

    async def keys() -> set[str]:
        async with store.reading() as session:
            return {
                place.key for place in await reading.places_of(session, who, national.charter.id)
            }

    before = await keys()
    await publish_again(store, dyfi, charter("D", "a: I"))
    assert len(before & await keys()) == 3


async def test_entries_come_in_reading_order_without_words(store: Store) -> None:
    national = await three_places(store)
    assert national.edition is not None
    async with store.reading() as session:
        found = await reading.entries(session, [national.edition.id])
        drafted = await reading.drafted(session, [national.charter.id])
    entries = found[national.edition.id]
    assert [entry.item_id for entry in entries] == ["home", "a", "b", "days", "c"]
    assert [bool(entry.is_heading) for entry in entries] == [True, False, False, True, False]
    assert [tuple(entry) for entry in drafted[national.charter.id]] == [
        (e.item_id, e.digest, bool(e.left_out), bool(e.is_heading), bool(e.has_why))
        for e in entries
    ]


async def test_texts_are_read_by_name_or_all_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    national = await three_places(store)
    assert national.edition is not None
    async with store.reading() as session:
        entries = (await reading.entries(session, [national.edition.id]))[national.edition.id]
        digests = {entry.digest for entry in entries}
        named = await reading.texts(session, digests, [national.edition.id], [])
        monkeypatch.setattr(reading, "_NAMED", 0)
        at_once = await reading.texts(session, digests, [national.edition.id], [])
        drafted = await reading.texts(session, digests, [], [national.charter.id])
        assert await reading.texts(session, (), (), ()) == {}
    assert named == at_once == drafted
    assert named[entries[1].digest].plain == "I choose who I live with."


async def test_what_places_said_comes_with_their_whys(store: Store) -> None:
    national = await three_places(store)
    async with store.reading() as session:
        places = await reading.places_of(session, None, national.charter.id)
        about_b = await reading.said(session, places, ["b"])
        with_why = await reading.said(session, places)
    assert [(each.place, plain(each.why or ())) for each in about_b] == [
        (0, ""),
        (1, "Keys matter here"),
        (2, ""),
    ]
    assert {(each.place, each.item_id) for each in with_why} == {
        (1, "a"),
        (1, "b"),
        (1, "c"),
        (1, "x"),
    }


async def test_places_for_all_groups_are_there_for_whoever_is_in_one(store: Store) -> None:
    national = await three_places(store)
    await publish(store, "Dyfi", charter("D", *NATIONAL), national, visibility="groups")
    ken = Who("ken", "Ken", roles={"kent": Role.READER})
    async with store.reading() as session:
        strangers = await reading.places_of(session, None, national.charter.id)
        others = await reading.places_of(session, ken, national.charter.id)
    assert "dyfi@1" not in {place.version for place in strangers}
    assert "dyfi@1" in {place.version for place in others}
