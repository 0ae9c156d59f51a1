import pytest
from sqlalchemy import select

from server.errors import DocumentFull
from server.people.permits import Role
from server.people.tables import AuditRow
from server.writing import limits
from server.writing.tables import CharterRow
from tests.server.live.history_site import Site
from tests.server.live.sinks import reader
from tests.support.forms import form_to

PATH = "/charters/devon/title"


async def about(site: Site) -> tuple[str, str]:
    async with site.store.reading() as session:
        row = await session.get_one(CharterRow, site.id)
        return row.title, row.summary


async def change(site: Site, **fields: str) -> int:
    """Open the page, write what is given, and press Save."""
    form = form_to((await site.browser.get(PATH)).text, PATH)
    title, summary = await about(site)
    sent = form.filled(**{"title": title, "summary": summary, **fields})
    return (await site.browser.post(PATH, data=sent)).status_code


@pytest.mark.parametrize(
    ("role", "shown", "changed"),
    [
        (None, 401, 401),
        ("elsewhere", 403, 403),
        (Role.READER, 403, 403),
        (Role.MEMBER, 200, 303),
        (Role.ORGANISER, 200, 303),
    ],
)
async def test_whoever_may_write_may_change_the_title(
    site: Site, role: Role | str | None, shown: int, changed: int
) -> None:
    before = await about(site)
    if isinstance(role, Role):
        await site.come_in(role)
    elif role is not None:
        await site.come_in(None, "p-eve")
    assert (await site.browser.get(PATH)).status_code == shown
    token = site.browser.cookies["our_charter_form"]
    sent = {"form_token": token, "title": "Our promise", "summary": "For Devon."}
    assert (await site.browser.post(PATH, data=sent)).status_code == changed
    after = await about(site)
    assert after == (("Our promise", "For Devon.") if changed == 303 else before)


async def test_it_is_saved_when_the_page_says_so_and_live_to_others(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    room = await site.rooms.open(site.id)
    ben, sink = reader()
    site.rooms.enter(room, ben, None)
    seq, shown = room.seq, len(sink.frames)
    assert await change(site, title="  Our\r\npromise ") == 303
    assert room.seq == seq + 1
    assert (await about(site))[0] == "Our promise"
    assert len(sink.frames) > shown, "whoever has it open is told at once"
    page = (await site.browser.get(f"{PATH}?done=yes")).text
    assert "<strong>Saved.</strong>" in page
    assert 'value="Our promise"' in page


async def test_what_only_others_changed_meanwhile_stays(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    form = form_to((await site.browser.get(PATH)).text, PATH)
    title, summary = await about(site)
    assert await change(site, title="Ben's title") == 303
    late = form.filled(title=title, summary=f"{summary} For all of us.")
    assert (await site.browser.post(PATH, data=late)).status_code == 303
    assert await about(site) == ("Ben's title", f"{summary} For all of us.".strip())
    # Of two who change the same, the last one is right.
    both = form.filled(title="Ann's title", summary=summary)
    assert (await site.browser.post(PATH, data=both)).status_code == 303
    assert (await about(site))[0] == "Ann's title"


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"title": " \n "}, "title", "Please write a title."),
        ({"title": "x" * (limits.TITLE + 1)}, "title", "Use at most 200 letters."),
        ({"summary": "x" * (limits.SUMMARY + 1)}, "summary", "Use at most 1,000 letters."),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_changes(
    site: Site, fields: dict[str, str], field: str, sentence: str
) -> None:
    await site.come_in(Role.MEMBER)
    before = await about(site)
    form = form_to((await site.browser.get(PATH)).text, PATH)
    page = await site.browser.post(PATH, data=form.filled(**{"title": "Mine", **fields}))
    assert page.status_code == 422
    assert sentence in page.text
    assert f'href="#{field}"' in page.text
    assert await about(site) == before


async def test_the_longest_that_fits_is_read_back_whole(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    title, summary = "é" * limits.TITLE, "🏠" * limits.SUMMARY
    assert await change(site, title=title, summary=summary) == 303
    assert await about(site) == (title, summary)


async def test_history_and_the_record_tell_who_changed_what_and_no_words(site: Site) -> None:
    await site.come_in(Role.MEMBER)
    assert await change(site) == 303
    assert "changed the title" not in (await site.get()).text
    await change(site, title="Ann's own affair")
    await change(site, title="Our promise", summary="What we promise.")
    page = (await site.get()).text
    assert "Ann changed the title of the Charter." in page
    assert "affair" not in page
    assert "Ann changed the title, and the words under it." in page
    async with site.store.reading() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.what == "title changed"))
        told = [(row.person_id, row.for_id, row.details) for row in rows]
    assert told == [
        ("p-ann", None, {"parts": ["title"]}),
        ("p-ann", None, {"parts": ["title", "summary"]}),
    ]


async def test_where_it_cannot_be_stored_the_page_says_so_and_keeps_what_was_written(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.come_in(Role.MEMBER)
    before = await about(site)
    form = form_to((await site.browser.get(PATH)).text, PATH)

    async def refuse(*_: object, **__: object) -> int:
        raise DocumentFull

    monkeypatch.setattr(site.rooms, "change", refuse)
    page = await site.browser.post(PATH, data=form.filled(title="Mine", summary=""))
    assert page.status_code == DocumentFull.status
    assert DocumentFull.sentence in page.text
    assert 'value="Mine"' in page.text
    assert await about(site) == before
