from server.adapting.additions import before_publishing, on_card, on_reading_page, telling_versions
from server.people.permits import Role, Who
from server.writing import edits
from server.writing.additions import Link
from tests.server.adapting.deciding import Version
from tests.server.adapting.test_offers import shared
from tests.server.live.sinks import ANN, news, reader


def member(kent: Version) -> Who:
    return Who("p", "Pat", roles={kent.row.group_id: Role.MEMBER})


async def test_the_reading_page_says_where_a_version_comes_from(kent: Version) -> None:
    async with kent.stage.store.reading() as session:
        owner = await kent.stage.group("Kent")
        stranger = await on_reading_page(session, None, kent.row, owner)
        ours = await on_reading_page(session, member(kent), kent.row, owner)
        none = await on_reading_page(session, None, kent.national, owner)
    assert [type(each).__name__ for each in stranger] == ["Note"]
    assert [type(each).__name__ for each in ours] == ["Note", "Link", "Link"]
    assert ours[1:] == [
        Link("What National changed", "/charters/kent/update"),
        Link("What we shared", "/charters/kent/shared"),
    ]
    assert none == []


async def test_the_group_finds_what_places_shared_with_it(kent: Version) -> None:
    nat = Who("n", "Nat", roles={kent.national.group_id: Role.MEMBER})

    async def links() -> list[str]:
        async with kent.stage.store.reading() as session:
            owner = await kent.stage.group("National")
            found = await on_reading_page(session, nat, kent.national, owner)
            return [each.path for each in found if isinstance(each, Link)]

    assert await links() == []
    await kent.we_say("s1", "We choose.")
    await shared(kent, "s1")
    assert await links() == [f"/charters/{kent.national.slug}/offers"]


async def test_the_first_page_tells_the_group_of_a_newer_edition(kent: Version) -> None:
    async def shown() -> bool:
        page = await kent.kim.browser.get("/")
        async with kent.stage.store.reading() as session:
            told = await on_card(session, member(kent), kent.row)
            assert await on_card(session, None, kent.row) == []
        assert bool(told) is ("National have a newer edition." in page.text)
        return bool(told)

    assert not await shown()
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    assert await shown()
    await kent.decide("s1", "ours")
    assert not await shown()


async def test_publishing_asks_for_reasons_first(kent: Version) -> None:
    async def asked() -> list[str]:
        async with kent.stage.store.reading() as session:
            charter = (await kent.stage.read(kent.row.id)).shown
            return [each.link for each in await before_publishing(session, kent.row, charter)]

    assert await asked() == []
    await kent.we_say("s1", "We choose.")
    await kent.stage.edit(kent.row.id, edits.SetLeftOut("s2", left_out=True))
    assert await asked() == ["/charters/kent/draft#s-s1", "/charters/kent/draft#s-s2"]
    await kent.we_say("s1", "It is so here.", "why")
    assert await asked() == ["/charters/kent/draft#s-s2"]
    async with kent.stage.store.reading() as session:
        national = await kent.stage.read(kent.national.id)
        assert await before_publishing(session, kent.national, national) == []


async def test_everybody_in_a_version_hears_of_a_newer_edition(kent: Version) -> None:
    rooms = kent.stage.rooms
    room = await rooms.open(kent.row.id)
    ann, sink = reader(ANN)
    rooms.enter(room, ann, None)
    edition = await kent.they_publish()
    async with kent.stage.store.session() as session:
        await telling_versions(rooms)(session, kent.national, edition)
        assert news(sink.frames) == []
    assert news(sink.frames) == ["settled"]
    rooms.leave(room, ann)
