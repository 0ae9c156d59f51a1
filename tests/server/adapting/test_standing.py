from dataclasses import replace

from server.adapting.standing import based_on, standing_of, stands_on
from server.writing import editions
from server.writing.tables import CharterRow
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import WORDS, Stage, charter_of
from tests.server.adapting.test_stances import BASE, item, with_items


def test_the_base_of_a_statement_is_its_own_edition() -> None:
    newer = with_items(BASE, replace(item("s1"), position="a9"))
    found = based_on(BASE, {"s1": newer})
    assert [each.id for each in found.items] == ["h1", "s2", "s3", "s4", "s5", "s1"]
    assert based_on(BASE, {}) == BASE


def test_a_statement_that_its_edition_does_not_have_has_no_base() -> None:
    gone = charter_of(*WORDS[1:])
    assert based_on(BASE, {"s5": gone}).item("s5") is None


async def test_a_charter_that_was_made_from_none_stands_on_none(stage: Stage) -> None:
    national = await stage.charter(BASE)
    async with stage.store.reading() as session:
        assert await standing_of(session, national.id, None) is None
        assert await stands_on(session, national.id) is None


async def on(kent: Version) -> int | None:
    async with kent.stage.store.reading() as session:
        row = await stands_on(session, kent.row.id)
        return None if row is None else row.number


async def test_a_version_stands_on_the_newest_edition_that_asks_nothing(kent: Version) -> None:
    assert await on(kent) == 1
    await kent.they_say("s1", "I decide.")
    await kent.they_say("s2", "We meet.")
    second = await kent.they_publish()
    assert await on(kent) == 1
    await kent.decide("s1", "theirs")
    assert await on(kent) == 1
    await kent.decide("s2", "ours")
    assert await on(kent) == 2
    await kent.they_say("s1", "I decide who.")
    await kent.they_publish()
    # Nothing new is decided: it goes on standing on the second.
    assert await on(kent) == second.number
    await kent.decide("s1", "theirs")
    assert await on(kent) == 3


async def test_who_skipped_an_edition_stands_on_it_when_it_asks_nothing(
    kent: Version,
) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    await kent.they_say("s2", "We meet.")
    await kent.they_publish()
    # Deciding on the third edition also looks past the second.
    await kent.decide("s1", "ours")
    assert await on(kent) == 2


async def test_an_edition_with_the_same_words_asks_nothing(kent: Version) -> None:
    await kent.they_publish()
    assert await on(kent) == 2
    assert await kent.asked() == []


async def test_a_reason_alone_asks_nothing(kent: Version) -> None:
    await kent.stage.say(kent.national.id, "s1", "This is why.", "why")
    await kent.they_publish()
    assert await on(kent) == 2


async def test_who_may_no_longer_read_the_other_charter_is_told_of_nothing_newer(
    kent: Version,
) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    await kent.decide("s1", "theirs")
    await kent.they_say("s2", "A secret.")
    await kent.they_publish()
    async with kent.stage.store.session() as session:
        row = await session.get_one(CharterRow, kent.national.id)
        row.visibility = "group"
    async with kent.stage.store.reading() as session:
        found = await standing_of(session, kent.row.id, kent.who)
    assert found is not None
    assert found.newest.number == 2
    assert await kent.asked() == []
    page = await kent.kim.browser.get("/charters/kent/update")
    assert "A secret." not in page.text


async def test_an_edition_of_ours_says_on_which_edition_of_theirs_it_stands(
    kent: Version,
) -> None:
    await kent.they_say("s1", "I decide.")
    second = await kent.they_publish()
    await kent.decide("s1", "theirs")
    async with kent.stage.store.session() as session:
        standing_on = await stands_on(session, kent.row.id)
        ours = await editions.publish(session, kent.row.id, stands_on=standing_on)
        assert (await editions.read(session, ours.id)).stands_on == second.digest
    assert ours.stands_on_id == second.id
