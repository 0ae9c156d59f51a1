import asyncio

import pytest
from sqlalchemy import func, select

from server.people import actions as people
from server.people.permits import Role
from server.people.tables import PersonRow
from server.writing.tables import CharterRow
from tests.server.adapting.stage import WORDS, Stage, charter_of
from tests.support.pages import browser, form_token, send

PATH = "/charters/{slug}/editions/1/make-our-own"


async def published(stage: Stage) -> str:
    """The path on which a version of the national Charter's edition 1 is made."""
    national = await stage.charter(charter_of(*WORDS, title="Our Charter"))
    await stage.publish(national.id, "The first edition")
    return PATH.format(slug=national.slug)


async def test_an_organiser_makes_their_own_version_and_is_sent_there(stage: Stage) -> None:
    path = await published(stage)
    kim = await stage.come_in("Kim", "Kent")
    page = await kim.browser.get(path)
    assert "The first edition" in page.text
    done = await send(kim.browser, path, {"group": "kent", "title": "  The  Kent Charter "})
    assert (done.status_code, done.headers["location"]) == (303, "/charters/kent")
    read = await kim.browser.get("/charters/kent")
    assert "The Kent Charter" in read.text
    assert WORDS[0] in read.text


async def test_a_version_without_a_name_is_called_like_the_edition(stage: Stage) -> None:
    path = await published(stage)
    kim = await stage.come_in("Kim", "Kent")
    await send(kim.browser, path, {"group": "kent", "title": " "})
    assert "<title>Our Charter" in (await kim.browser.get("/charters/kent")).text


async def test_a_group_that_has_one_is_told_and_may_make_another(stage: Stage) -> None:
    path = await published(stage)
    kim = await stage.come_in("Kim", "Kent")
    fields = {"group": "kent", "title": "Ours"}
    await send(kim.browser, path, fields)
    told = await send(kim.browser, path, fields)
    assert told.status_code == 409
    assert "Kent has its own version already" in told.text
    assert 'href="/charters/kent"' in told.text
    assert 'name="another" value="yes"' in told.text
    done = await send(kim.browser, path, {**fields, "another": "yes"})
    assert done.headers["location"] == "/charters/kent-2"


async def test_two_presses_at_once_make_one_version(stage: Stage) -> None:
    path = await published(stage)
    kim = await stage.come_in("Kim", "Kent")
    token = form_token(await kim.browser.get(path))
    data = {"form_token": token, "group": "kent", "title": "Ours"}
    done = await asyncio.gather(*(kim.browser.post(path, data=data) for _ in range(2)))
    assert sorted(each.status_code for each in done) == [303, 409]


async def test_an_organiser_of_two_groups_chooses_one(stage: Stage) -> None:
    path = await published(stage)
    kim = await stage.come_in("Kim", "Kent")
    async with stage.store.session() as session:
        devon = await people.ensure_group(session, "Devon")
        person = await session.get_one(PersonRow, kim.id)
        await people.join(session, person, devon, Role.ORGANISER)
    page = await kim.browser.get(path + "?group=kent")
    assert 'value="kent" checked' in page.text
    done = await send(kim.browser, path, {"group": "devon", "title": ""})
    assert done.headers["location"] == "/charters/devon"


@pytest.mark.parametrize(
    ("group", "role"), [("Kent", Role.MEMBER), ("Kent", Role.READER), ("National", Role.ORGANISER)]
)
async def test_only_an_organiser_of_another_group_makes_a_version(
    stage: Stage, group: str, role: Role
) -> None:
    path = await published(stage)
    person = await stage.come_in("Pat", group, role)
    assert (await person.browser.get(path)).status_code == 403
    token = form_token(await person.browser.get("/"))
    done = await person.browser.post(path, data={"form_token": token, "group": "kent"})
    assert done.status_code == 403
    async with stage.store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(CharterRow)) == 1


async def test_strangers_other_groups_and_unknown_editions_are_refused(stage: Stage) -> None:
    path = await published(stage)
    async with browser(stage.app) as stranger:
        assert (await stranger.get(path)).status_code == 401
    kim = await stage.come_in("Kim", "Kent")
    assert (await kim.browser.get(path.replace("/1/", "/9/"))).status_code == 404
    assert (await kim.browser.get(PATH.format(slug="nothing"))).status_code == 404
    wrong = await send(kim.browser, path, {"group": "national", "title": ""})
    assert wrong.status_code == 403
    secret = await stage.charter(charter_of("A secret."), "Devon", "group")
    await stage.publish(secret.id)
    assert (await kim.browser.get(PATH.format(slug=secret.slug))).status_code == 403


async def test_a_name_that_is_too_long_is_asked_for_again(stage: Stage) -> None:
    path = await published(stage)
    kim = await stage.come_in("Kim", "Kent")
    page = await send(kim.browser, path, {"group": "kent", "title": "x" * 201})
    assert page.status_code == 422
    assert page.text.count("This name is too long.") == 2
