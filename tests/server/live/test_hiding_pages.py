import re

import httpx
import pytest
from sqlalchemy import update

from server.people.permits import Role
from server.people.tables import GroupRow
from tests.server.live.history_site import _TOKEN, FIRST, SECOND, Site

WHY = "It names a person."

# fmt: off
DOORS = [
    # role           status
    (None,           401),
    (Role.READER,    403),
    (Role.MEMBER,    403),
    (Role.ORGANISER, 200),
]
# fmt: on


async def what(site: Site) -> str:
    """The value of the words that the statement says now, as the page has it."""
    return f"words:{(await site.earlier())[0].version.digest}"


async def hide(site: Site, **fields: str) -> httpx.Response:
    return await site.post("/s1/hide", **{"what": await what(site), "reason": WHY, **fields})


async def hidden(site: Site) -> httpx.Response:
    return await site.browser.get("/charters/devon/hidden")


async def show_again(site: Site, hiding_id: str) -> httpx.Response:
    path = f"/charters/devon/hidden/{hiding_id}/show"
    return await site.browser.post(path, data={"form_token": _TOKEN})


@pytest.mark.parametrize(("role", "status"), DOORS)
async def test_only_organisers_hide_and_show_again(
    site: Site, role: Role | None, status: int
) -> None:
    await site.reword()
    if role is not None:
        await site.come_in(role)
    assert (await site.get("/s1/hide")).status_code == status
    assert (await hidden(site)).status_code == status
    assert (await hide(site)).status_code == (303 if status == 200 else status)
    assert await site.words() == ("" if status == 200 else SECOND)
    shown = await show_again(site, "nothing")
    assert shown.status_code == (404 if status == 200 else status)


async def test_the_lead_who_is_a_member_hides_too(site: Site) -> None:
    await site.reword()
    await site.come_in(Role.MEMBER)
    async with site.store.session() as session:
        await session.execute(
            update(GroupRow).where(GroupRow.slug == "devon").values(lead_id="p-ann")
        )
    assert (await hide(site)).status_code == 303
    assert await site.words() == ""


async def test_the_group_sees_the_reason_and_nobody_the_words(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    page = (await site.get("/s1/hide")).text
    assert SECOND in page
    assert "Why do you hide this?" in page
    answer = await hide(site)
    assert answer.headers["location"] == "/charters/devon/history/s1?done=hidden"
    page = (await site.browser.get(answer.headers["location"])).text
    assert "We hid those words" in page
    await site.come_in(Role.MEMBER)
    sitting = (await site.earlier())[0].key.removesuffix("-after")
    for path in ("", "/s1", f"/sittings/{sitting}"):
        page = (await site.get(path)).text
        assert SECOND not in page
        assert path == "" or f"These words are hidden. Ann gave this reason: {WHY}" in page
    assert "Hide this" not in page


async def test_hidden_words_cannot_be_put_back_from_the_history(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    await hide(site)
    mark = next(one for one in await site.earlier() if one.version.words_hiding)
    assert (await site.post("/s1/put-back", version=mark.key)).status_code == 404
    assert (await site.get("/s1/hide", version=mark.key)).text.count(SECOND) == 0


async def test_they_are_shown_again_with_a_press(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    await hide(site)
    page = (await hidden(site)).text
    assert SECOND in page
    assert f"The reason: {WHY}" in page
    (hiding_id,) = re.findall(r"/hidden/(\w+)/show", page)
    answer = await show_again(site, hiding_id)
    assert answer.headers["location"] == "/charters/devon/hidden?done=shown"
    assert await site.words() == SECOND
    assert "Nothing is hidden in this Charter." in (await hidden(site)).text
    again = await show_again(site, hiding_id)
    assert again.status_code == 409
    assert "These words are not hidden any more." in again.text


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"reason": "  "}, 422, "Please say why you hide this."),
        ({"reason": "x" * 20_000}, 422, "This is too long. Use at most 1,000 letters."),
        ({"what": "picture:1"}, 422, "Please choose what you want to hide."),
        ({"what": "words:" + "0" * 64}, 409, "These words changed while you looked."),
    ],
)
async def test_what_cannot_be_hidden_is_told_and_what_was_written_stays(
    site: Site, fields: dict[str, str], status: int, sentence: str
) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    answer = await hide(site, **fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert await site.words() == SECOND
    assert "reason" in fields or WHY in answer.text


async def test_a_statement_that_there_is_not_has_nothing_to_hide(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    for path in ("/nothing/hide", "/s1/hide?version=nothing"):
        assert (await site.browser.get(f"/charters/devon/history{path}")).status_code == 404
    assert (await site.browser.get("/charters/nowhere/hidden")).status_code == 404


async def test_what_is_hidden_can_be_forgotten_for_good(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    value = await what(site)
    await hide(site)
    assert SECOND in (await site.get("/s1/forget")).text
    assert (await site.post("/s1/forget", what=value)).status_code == 303
    page = (await site.get("/s1")).text
    assert "Something was removed here" in page
    assert SECOND not in page + (await hidden(site)).text
    assert FIRST in page
