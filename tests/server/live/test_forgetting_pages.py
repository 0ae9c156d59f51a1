import pytest

from server.people.permits import Role
from tests.server.live.history_site import FIRST, SECOND, Site
from tests.server.live.stored import store_charter


async def choice(site: Site) -> str:
    """The value of the first words of the statement."""
    return f"words:{(await site.earlier())[-1].version.digest}"


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), (Role.READER, 403), (Role.MEMBER, 403), (Role.ORGANISER, 200)]
)
async def test_only_organisers_forget(site: Site, role: Role | None, status: int) -> None:
    await site.reword()
    if role is not None:
        await site.come_in(role)
    what = await choice(site)
    assert (await site.get("/s1/forget")).status_code == status
    done = await site.post("/s1/forget", what=what)
    assert done.status_code == (303 if status == 200 else status)
    assert (await site.earlier())[-1].version.words_removed is (status == 200)


async def test_only_words_that_are_no_longer_said_can_be_chosen(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    page = (await site.get("/s1/forget")).text
    assert FIRST in page
    assert SECOND not in page


async def test_before_it_is_done_a_page_says_what_will_happen_and_what_not(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    page = (await site.get("/s1/forget", next="yes", what=await choice(site))).text
    for part in (FIRST, "We cannot bring them back.", "Backups keep the words.", "Step 2 of 2"):
        assert part in page
    assert not (await site.earlier())[-1].version.words_removed


async def test_other_charters_that_keep_the_words_are_named_or_counted(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await store_charter(site.store, "wales")
    await site.reword()
    page = (await site.get("/s1/forget", what=await choice(site))).text
    # Ann is a member there, too.
    assert "“Our Charter” has these words too. They stay there." in page


async def test_choosing_nothing_is_told(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    page = await site.get("/s1/forget", next="yes")
    assert page.status_code == 422
    assert "Please choose the words that we shall forget." in page.text
    assert (await site.post("/s1/forget")).status_code == 422


async def test_it_is_forgotten_and_the_history_says_so(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    answer = await site.post("/s1/forget", what=await choice(site))
    assert answer.headers["location"] == "/charters/devon/history/s1?done=forgotten"
    page = (await site.browser.get(answer.headers["location"])).text
    assert FIRST not in page
    assert "We forgot those words" in page
    assert "Something was removed here" in page
    assert "Ann took out earlier words on" in page
    diary = (await site.get()).text
    assert "Something was removed here." in diary
    assert "Ann took out earlier words for good." in diary
    sitting = (await site.earlier())[0].key.removesuffix("-after")
    assert "Nobody can read those words now." in (await site.get(f"/sittings/{sitting}")).text
    assert await site.words() == SECOND


async def test_words_that_came_back_meanwhile_are_not_forgotten(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    await site.reword()
    what = await choice(site)
    await site.post("/s1/put-back", version=(await site.earlier())[-1].key)
    answer = await site.post("/s1/forget", what=what)
    assert answer.status_code == 409
    assert "The Charter says these words now. Change them first." in answer.text
    assert await site.words() == FIRST


async def test_what_came_and_went_in_a_sitting_can_be_chosen(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    assert "Words that came and went" in (await site.get("/s1/forget", what="between")).text
    assert (await site.post("/s1/forget", what="between")).status_code == 303


async def test_a_statement_that_there_is_not_is_refused(site: Site) -> None:
    await site.come_in(Role.ORGANISER)
    assert (await site.get("/nothing/forget")).status_code == 404
