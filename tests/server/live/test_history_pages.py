import pytest
from sqlalchemy import select

from server.live import history_pages, wire
from server.live.presence import Entry
from server.people.permits import Role
from server.people.tables import AuditRow
from tests.server.live.history_site import FIRST, SECOND, Site
from tests.server.live.sinks import BEN, reader

# fmt: off
DOORS = [
    # role             diary  put back
    (None,             401,   401),
    ("elsewhere",      403,   403),
    (Role.READER,      200,   403),
    (Role.MEMBER,      200,   303),
    (Role.ORGANISER,   200,   303),
]
# fmt: on


@pytest.mark.parametrize(("role", "diary", "back"), DOORS)
async def test_who_may_look_and_who_may_put_back(
    site: Site, role: Role | str | None, diary: int, back: int
) -> None:
    await site.reword()
    if isinstance(role, Role):
        await site.come_in(role)
    elif role is not None:
        await site.come_in(None, "p-eve")
    first = (await site.earlier())[-1]
    assert (await site.get()).status_code == diary
    assert (await site.get("/s1")).status_code == diary
    assert (await site.post("/s1/put-back", version=first.key)).status_code == back
    await site.rooms.settling.settle(site.id)
    assert await site.words() == (FIRST if back == 303 else SECOND)


async def test_the_diary_tells_who_did_what_in_a_sentence(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    assert "Nobody has changed anything yet." in (await site.get()).text
    await site.reword()
    page = (await site.get()).text
    assert "Ann changed 1 statement." in page
    assert "/charters/devon/history/sittings/" in page


async def test_what_was_not_settled_yet_is_told_too(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    room = await site.rooms.open(site.id)
    ann, _ = reader()
    site.rooms.enter(room, ann, None)
    await site.rooms.receive(room, ann, wire.Edit(site.page.type("s1", 0, "Now: "), False))
    while room.seq == 0:
        await site.rooms.settling.settle(site.id)
    assert "Ann changed 1 statement." in (await site.get()).text


async def test_a_sitting_opens_to_sentences_and_marked_words(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    await site.reword()
    key = (await site.earlier())[0].key.removesuffix("-after")
    page = (await site.get(f"/sittings/{key}")).text
    assert "Ann did this." in page
    assert '<del class="taken-out">' in page
    assert '<ins class="put-in">' in page
    assert 'Statement <span data-part="number">1</span>' in page


@pytest.mark.parametrize("path", ["/sittings/nothing", "/nothing", "?page=2", "?page=0", "?page=x"])
async def test_a_page_that_there_is_not_is_refused(site: Site, path: str) -> None:
    await site.come_in(Role.MEMBER)
    assert (await site.browser.get(f"/charters/devon/history{path}")).status_code == 404
    assert (await site.browser.get("/charters/nowhere/history")).status_code == 404


async def test_earlier_words_are_put_back_as_a_change_of_whoever_pressed(site: Site) -> None:
    await site.come_in(Role.MEMBER, "p-ben")
    await site.reword()
    page = (await site.get("/s1")).text
    assert page.count("Put these words back") == 1
    answer = await site.post("/s1/put-back", version=(await site.earlier())[-1].key)
    assert answer.headers["location"] == "/charters/devon/history/s1?done=back"
    page = (await site.browser.get(answer.headers["location"])).text
    assert "We put the words back" in page
    assert await site.words() == FIRST
    assert [one.persons for one in await site.earlier()] == [("Ben",), ("Ann",), ()]
    assert SECOND in page


async def test_nothing_is_put_back_while_somebody_writes_there(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    await site.reword()
    room = await site.rooms.open(site.id)
    ben, _ = reader(BEN)
    site.rooms.enter(room, ben, None)
    said = {"writing": "s1", "part": "words", "typing": True}
    room.presence.hear(ben, None, [Entry(7, 1, said)], BEN, site.rooms.now())
    answer = await site.post("/s1/put-back", version=(await site.earlier())[-1].key)
    assert answer.status_code == 409
    assert "Ben is writing here now. Wait until Ben has stopped." in answer.text
    assert await site.words() == SECOND


async def test_words_of_another_time_or_statement_are_not_put_back(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    await site.reword()
    assert (await site.post("/s1/put-back", version="nothing")).status_code == 404
    key = (await site.earlier())[-1].key
    assert (await site.post("/s2/put-back", version=key)).status_code == 404


async def test_a_form_of_another_page_puts_nothing_back(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    await site.reword()
    key = (await site.earlier())[-1].key
    assert (await site.post("/s1/put-back", version=key, form_token="x")).status_code == 403
    assert await site.words() == SECOND


async def test_long_histories_go_on_on_older_pages(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_pages, "_AT_ONCE", 1)
    await site.come_in(Role.MEMBER)
    await site.reword()
    first, second = [(await site.get("/s1", page=page)).text for page in (1, 2)]
    assert "Page 1 of 2" in first
    assert 'rel="next" href="/charters/devon/history/s1?page=2">Older words' in first
    assert SECOND in first
    assert FIRST not in first
    assert FIRST in second
    assert 'rel="prev"' in second


async def test_those_who_only_read_see_no_button(site: Site) -> None:
    await site.come_in(Role.READER)
    await site.reword()
    page = (await site.get("/s1")).text
    assert FIRST in page
    assert "Put these words back" not in page
    assert "for good" not in page


async def test_putting_back_is_recorded(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    await site.reword()
    await site.post("/s1/put-back", version=(await site.earlier())[-1].key)
    async with site.store.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.what == "put back"))).one()
    assert (row.person_id, row.for_id, row.charter_id) == ("p-ann", None, site.id)
