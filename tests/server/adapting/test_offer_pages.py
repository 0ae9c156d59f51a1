import httpx
import pytest
from sqlalchemy import select

from server.adapting.tables import OfferRow, OfferStepRow
from server.people.permits import Role
from server.people.tables import AuditRow
from server.writing import edits
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import WORDS, Person, statement
from tests.server.adapting.test_offers import shared
from tests.server.adapting.test_update_pages import fields
from tests.support.pages import browser, form_token

SHARE = "/charters/kent/share/s1"


async def send(person: Person, path: str, **values: str) -> httpx.Response:
    """Open a page and send its form."""
    page = await person.browser.get(path)
    assert page.status_code == 200, page.status_code
    return await person.browser.post(path, data={**fields(page), **values})


async def nat(kent: Version, role: Role = Role.MEMBER) -> Person:
    return await kent.stage.come_in("Nat", "National", role)


async def test_words_are_shared_and_the_receipt_tells_each_step(kent: Version) -> None:
    await kent.we_say("s1", "We choose who we live with.")
    await kent.we_say("s1", "We say “we” here.", "why")
    page = await kent.kim.browser.get(SHARE)
    assert "We say “we” here." in page.text
    done = await send(kent.kim, SHARE, why="It is for all of us.")
    assert (done.status_code, done.headers["location"]) == (303, "/charters/kent/shared")
    receipt = await kent.kim.browser.get("/charters/kent/shared")
    assert "You shared this." in receipt.text
    assert "They have not decided yet." in receipt.text
    reader = await nat(kent)
    offers = f"/charters/{kent.national.slug}/offers"
    listed = await reader.browser.get(offers)
    assert "New words for statement 1, from Kent" in listed.text
    path = listed.text.split(f'href="{offers}/')[1].split('"')[0]
    answered = await send(reader, f"{offers}/{path}", step="answer", words="We like it.")
    assert answered.status_code == 303
    taken = await send(reader, f"{offers}/{path}", step="take", words="Thank you!")
    assert taken.headers["location"] == f"/charters/{kent.national.slug}/draft#s-s1"
    assert await kent.words("s1") == "We choose who we live with."
    receipt = await kent.kim.browser.get("/charters/kent/shared")
    for said in ("We like it.", "They took your words into their draft.", "Thank you!"):
        assert said in receipt.text
    assert "Nat" not in receipt.text.replace("National", "")


async def test_an_offer_is_closed_with_thanks(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    path = f"/charters/{kent.national.slug}/offers/{offer.row.id}"
    reader = await nat(kent)
    assert (await send(reader, path, step="close", words="")).status_code == 303
    assert "They said thank you" in (await kent.kim.browser.get("/charters/kent/shared")).text
    page = await reader.browser.get(path)
    assert "Send this" not in page.text
    token = form_token(await reader.browser.get("/"))
    again = await reader.browser.post(
        path, data={"form_token": token, "step": "answer", "words": "More."}
    )
    assert again.status_code == 409
    assert "Somebody has taken or closed this." in again.text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"step": "", "words": "I wrote this."}, "Choose what you want to do."),
        ({"step": "answer", "words": " "}, "Write your answer."),
        ({"step": "answer", "words": "x" * 4001}, "This is too long."),
    ],
)
async def test_a_press_with_something_missing_is_asked_again(
    kent: Version, values: dict[str, str], sentence: str
) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    path = f"/charters/{kent.national.slug}/offers/{offer.row.id}"
    page = await send(await nat(kent), path, **values)
    assert page.status_code == 422
    assert sentence in page.text
    assert values["words"].strip()[:13] in page.text


async def test_national_words_that_changed_since_are_told_and_kept(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    path = f"/charters/{kent.national.slug}/offers/{offer.row.id}"
    reader = await nat(kent)
    page = await reader.browser.get(path)
    await kent.they_say("s1", "Written meanwhile.")
    data = {**fields(page), "step": "take", "words": "Thank you."}
    told = await reader.browser.post(path, data=data)
    assert told.status_code == 409
    assert "These words changed while you looked." in told.text
    assert "Thank you." in told.text
    assert await kent.stage.words(kent.national.id, "s1") == "Written meanwhile."


async def test_a_place_that_changed_its_words_since_is_told_of(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    await kent.we_say("s1", "Something else.")
    page = await (await nat(kent)).browser.get(
        f"/charters/{kent.national.slug}/offers/{offer.row.id}"
    )
    assert "They have changed it since they shared it." in page.text
    assert "Something else." not in page.text


async def test_what_is_not_different_or_was_shared_is_told(kent: Version) -> None:
    same = await kent.kim.browser.get(SHARE)
    assert same.status_code == 409
    assert "There is nothing different to share here." in same.text
    await kent.we_say("s1", "We choose.")
    assert (await send(kent.kim, SHARE, why="Because.")).status_code == 303
    twice = await send(kent.kim, SHARE, why="Because again.")
    assert twice.status_code == 409
    assert "You shared these words before." in twice.text
    assert "Because again." in twice.text


async def test_words_that_changed_since_are_not_shared(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    page = await kent.kim.browser.get(SHARE)
    await kent.we_say("s1", "Written since.")
    told = await kent.kim.browser.post(SHARE, data={**fields(page), "why": "Because."})
    assert told.status_code == 409
    assert "Written since." in told.text
    assert "Because." in told.text


async def test_additions_and_what_was_left_out_can_be_shared(kent: Version) -> None:
    new = statement("x1", "We have a garden.", "a2V")
    await kent.stage.edit(kent.row.id, edits.AddItem(new), edits.SetLeftOut("s2", left_out=True))
    for item_id, told in (("x1", "What you added"), ("s2", "You left this out")):
        page = await kent.kim.browser.get(f"/charters/kent/share/{item_id}")
        assert told in page.text
        assert (await send(kent.kim, f"/charters/kent/share/{item_id}")).status_code == 303
    offers = f"/charters/{kent.national.slug}/offers"
    reader = await nat(kent)
    listed = await reader.browser.get(offers)
    assert "A new statement, from Kent" in listed.text
    assert "Leave out statement 2, from Kent" in listed.text
    for path in [part.split('"')[0] for part in listed.text.split(f'href="{offers}/')[1:]]:
        assert (await send(reader, f"{offers}/{path}", step="take")).status_code == 303
    national = await kent.stage.read(kent.national.id)
    assert await kent.stage.words(kent.national.id, "x1") == "We have a garden."
    assert [item.id for item in national.items if item.left_out] == ["s2"]


async def test_pages_without_anything_say_so(kent: Version) -> None:
    receipt = await kent.kim.browser.get("/charters/kent/shared")
    assert "You have shared nothing yet." in receipt.text
    page = await (await nat(kent)).browser.get(f"/charters/{kent.national.slug}/offers")
    assert "No place has shared anything yet." in page.text


async def test_who_may_not_is_refused(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    offers = f"/charters/{kent.national.slug}/offers"
    path = f"{offers}/{offer.row.id}"
    async with browser(kent.stage.app) as stranger:
        for place in (SHARE, "/charters/kent/shared", offers, path):
            assert (await stranger.get(place)).status_code == 401
    for place in (offers, path):
        assert (await kent.kim.browser.get(place)).status_code == 403
    rhys = await nat(kent, Role.READER)
    page = await rhys.browser.get(path)
    assert page.status_code == 200
    assert "Send this" not in page.text
    token = form_token(await rhys.browser.get("/"))
    sent = await rhys.browser.post(path, data={"form_token": token, "step": "close"})
    assert sent.status_code == 403
    assert (await rhys.browser.get(f"{offers}/nothing")).status_code == 404
    assert await kent.stage.words(kent.national.id, "s1") == WORDS[0]


async def test_what_a_supporter_shares_or_answers_is_of_the_person_with_help(
    kent: Version,
) -> None:
    await kent.we_say("s1", "We choose who we live with.")
    nell = await nat(kent)
    for helped in (kent.kim, nell):
        sam = await kent.stage.come_to_help(helped)
        if helped is kent.kim:
            assert (await send(sam, SHARE, why="It is for all of us.")).status_code == 303
            async with kent.stage.store.reading() as session:
                offer = (await session.scalars(select(OfferRow))).one()
        else:
            path = f"/charters/{kent.national.slug}/offers/{offer.id}"
            assert (await send(sam, path, step="answer", words="We like it.")).status_code == 303
        async with kent.stage.store.reading() as session:
            step = (
                await session.scalars(select(OfferStepRow).where(OfferStepRow.person_id == sam.id))
            ).one()
            noted = (
                await session.scalars(select(AuditRow).where(AuditRow.person_id == sam.id))
            ).one()
        assert step.for_id == noted.for_id == helped.id
