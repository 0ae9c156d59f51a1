import html
import re
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from server.adapting.tables import DecisionRow
from server.live.hiding import HidingWords, Wanted
from server.live.presence import Entry
from server.people.audit import What
from server.people.permits import Role
from server.people.tables import AuditRow
from server.writing import edits, rich_text
from server.writing.document import Part
from server.writing.tables import ItemRow
from server.writing.taking_out import digest_of
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import WORDS, Stage, charter_of, statement
from tests.server.live.sinks import BEN, reader
from tests.support.languages import told_wrongly
from tests.support.pages import browser, form_token

UPDATE = "/charters/kent/update"


def fields(page: httpx.Response, action: str | None = None) -> dict[str, str]:
    """The hidden fields of a form, or of the one with this address, as a browser sends them."""
    forms = re.findall(r"<form([^>]*)>(.*?)</form>", page.text, re.DOTALL)
    # Signing out, and to stop helping, stand on every page.
    usual = re.compile("/sign-out|/me/helping")
    of_page = [(tag, body) for tag, body in forms if not usual.search(tag)]
    wanted = [body for tag, body in of_page if action is None or action in tag]
    assert wanted, f"no form {action} on this page"
    found = re.findall(r'name="(\w+)" value="([^"]*)"', wanted[0])
    return {
        name: html.unescape(value)
        for name, value in found
        if f'type="hidden" name="{name}"' in wanted[0]
    }


async def press(kent: Version, item_id: str, **values: str) -> httpx.Response:
    """Open a question and send its form."""
    path = f"{UPDATE}/{item_id}"
    page = await kent.kim.browser.get(path)
    assert page.status_code == 200, page.headers
    return await kent.kim.browser.post(path, data={**fields(page), **values})


async def both_change(kent: Version, *item_ids: str) -> None:
    for item_id in item_ids:
        await kent.we_say(item_id, f"We say {item_id}.")
        await kent.they_say(item_id, f"They say {item_id}.")
    await kent.they_publish()


async def test_a_version_of_the_newest_edition_has_nothing_to_decide(kent: Version) -> None:
    page = await kent.kim.browser.get(UPDATE)
    assert page.status_code == 200
    assert "There is nothing to decide." in page.text


async def test_questions_come_one_at_a_time_until_all_are_answered(kent: Version) -> None:
    await both_change(kent, "s1", "s2", "s3", "s4")
    page = await kent.kim.browser.get(UPDATE)
    assert page.text.count("They changed statement") == 4
    first = await kent.kim.browser.get(f"{UPDATE}/s1")
    assert "1 of 4" in first.text
    answers = {
        "s1": {"choice": "theirs"},
        "s2": {"choice": "ours", "why": "It is so here."},
        "s3": {"choice": "later"},
        "s4": {"choice": "ours"},
    }
    places = [(await press(kent, each, **answers[each])).headers["location"] for each in answers]
    assert places == [f"{UPDATE}/s2", f"{UPDATE}/s3", f"{UPDATE}/s4", UPDATE]
    assert await kent.words("s1") == "They say s1."
    assert rich_text.plain((await kent.item("s2")).why) == "It is so here."
    done = await kent.kim.browser.get(UPDATE)
    assert "Left for later" in done.text
    assert done.text.count("We kept ours.") == 2
    assert done.text.count("We took what they have.") == 1
    await press(kent, "s3", choice="theirs")
    assert "You decided on everything" in (await kent.kim.browser.get(UPDATE)).text


async def test_a_question_shows_their_change_in_sentences_and_marked_words(kent: Version) -> None:
    await kent.they_say("s2", WORDS[1].replace("three", "four"))
    await kent.they_publish()
    page = await kent.kim.browser.get(f"{UPDATE}/s2")
    assert "They changed “three” to “four”." in page.text
    assert re.search(r"<del[^>]*>.*three.*</del>", page.text)
    assert re.search(r"<ins[^>]*>.*four.*</ins>", page.text)
    assert "What you have now" in page.text


async def test_all_that_we_never_touched_is_taken_in_one_press(kent: Version) -> None:
    for item_id in ("s1", "s3"):
        await kent.they_say(item_id, f"They say {item_id}.")
    await both_change(kent, "s2")
    page = await kent.kim.browser.get(UPDATE)
    done = await kent.kim.browser.post(UPDATE, data=fields(page, UPDATE))
    assert (done.status_code, done.headers["location"]) == (303, UPDATE)
    assert [await kent.words(each) for each in ("s1", "s2", "s3")] == [
        *("They say s1.", "We say s2."),
        "They say s3.",
    ]
    assert await kent.asked() == ["s2"]


async def test_a_mix_is_shown_and_can_be_changed(kent: Version) -> None:
    await kent.we_say("s2", WORDS[1].replace("We", "All of us"))
    await kent.they_say("s2", WORDS[1].replace("I move in", "anybody moves in"))
    await kent.they_publish()
    page = await kent.kim.browser.get(f"{UPDATE}/s2")
    assert "All of us must meet at least three times before anybody moves in." in page.text
    empty = await press(kent, "s2", choice="mix", words=" ", why="Both are right.")
    assert empty.status_code == 422
    assert "Write the words of the mix." in empty.text
    assert "Both are right." in empty.text
    done = await press(kent, "s2", choice="mix", words="All of us meet.\r\n- At home", why="Both.")
    assert done.status_code == 303
    assert await kent.words("s2") == "All of us meet.\nAt home"


async def test_no_mix_is_taken_where_none_is_offered(kent: Version) -> None:
    await both_change(kent, "s1")
    page = await press(kent, "s1", choice="mix", words="A mix.")
    assert page.status_code == 422
    assert "Choose what you want to do." in page.text
    assert await kent.words("s1") == "We say s1."


@pytest.mark.parametrize("choice", ["", "everything"])
async def test_a_press_without_a_choice_is_asked_again(kent: Version, choice: str) -> None:
    await both_change(kent, "s1")
    page = await press(kent, "s1", choice=choice, why="I wrote this.")
    assert page.status_code == 422
    assert "Choose what you want to do." in page.text
    assert "I wrote this." in page.text


async def test_a_third_edition_meanwhile_is_told_and_keeps_what_was_written(kent: Version) -> None:
    await both_change(kent, "s1")
    page = await kent.kim.browser.get(f"{UPDATE}/s1")
    await kent.they_say("s1", "They say it in a new way.")
    await kent.they_publish()
    data = {**fields(page), "choice": "ours", "why": "I wrote this."}
    told = await kent.kim.browser.post(f"{UPDATE}/s1", data=data)
    assert told.status_code == 409
    assert "There is a newer edition now." in told.text
    assert "I wrote this." in told.text
    assert "They say it in a new way." in told.text
    assert await kent.asked() == ["s1"]
    assert (await press(kent, "s1", choice="ours")).status_code == 303


async def test_a_question_that_a_third_edition_took_away_keeps_what_was_written(
    kent: Version,
) -> None:
    await both_change(kent, "s1")
    page = await kent.kim.browser.get(f"{UPDATE}/s1")
    await kent.they_say("s1", WORDS[0])
    await kent.they_publish()
    data = {**fields(page), "choice": "ours", "why": "I wrote this."}
    told = await kent.kim.browser.post(f"{UPDATE}/s1", data=data)
    assert told.status_code == 409
    assert "This is what you wrote." in told.text
    assert "I wrote this." in told.text


async def test_words_that_changed_since_the_page_was_opened_are_not_overwritten(
    kent: Version,
) -> None:
    await both_change(kent, "s1")
    page = await kent.kim.browser.get(f"{UPDATE}/s1")
    await kent.we_say("s1", "Written meanwhile.")
    told = await kent.kim.browser.post(f"{UPDATE}/s1", data={**fields(page), "choice": "theirs"})
    assert told.status_code == 409
    assert "These words changed while you looked." in told.text
    assert "Written meanwhile." in told.text
    assert await kent.words("s1") == "Written meanwhile."


async def test_a_statement_somebody_is_writing_in_waits(kent: Version) -> None:
    await both_change(kent, "s1")
    rooms = kent.stage.rooms
    room = await rooms.open(kent.row.id)
    ben, _ = reader(BEN)
    rooms.enter(room, ben, None)
    typing = {"user": {}, "writing": "s1", "part": "words", "typing": True}
    room.presence.hear(ben, None, [Entry(7, 1, typing)], BEN, rooms.now())
    told = await press(kent, "s1", choice="theirs", why="I wrote this.")
    assert told.status_code == 409
    assert "Ben is writing here now." in told.text
    assert "I wrote this." in told.text
    assert await kent.words("s1") == "We say s1."
    rooms.leave(room, ben)
    assert (await press(kent, "s1", choice="theirs")).status_code == 303


async def test_an_answer_of_somebody_else_is_told(kent: Version) -> None:
    await both_change(kent, "s1")
    page = await kent.kim.browser.get(f"{UPDATE}/s1")
    await kent.decide("s1", "ours")
    told = await kent.kim.browser.post(f"{UPDATE}/s1", data={**fields(page), "choice": "theirs"})
    assert told.status_code == 409
    assert "Somebody has answered this." in told.text
    assert await kent.words("s1") == "We say s1."
    again = await kent.kim.browser.get(f"{UPDATE}/s1")
    assert (again.status_code, again.headers["location"]) == (303, UPDATE)


async def test_a_decision_is_undone_on_the_page(kent: Version) -> None:
    await both_change(kent, "s1")
    await press(kent, "s1", choice="theirs")
    page = await kent.kim.browser.get(UPDATE)
    path = f"{UPDATE}/s1/undo"
    done = await kent.kim.browser.post(path, data=fields(page, path))
    assert done.status_code == 303
    assert await kent.words("s1") == "We say s1."
    again = await kent.kim.browser.post(path, data=fields(page, path))
    assert again.status_code == 409
    assert "This cannot be undone now." in again.text


async def test_undo_is_not_there_for_hidden_words_and_a_late_press_is_refused(
    kent: Version,
) -> None:
    await both_change(kent, "s1")
    before = await kent.item("s1")
    await kent.stage.rooms.settling.sittings.end(kent.row.id)
    await press(kent, "s1", choice="theirs")
    page = await kent.kim.browser.get(UPDATE)
    path = f"{UPDATE}/s1/undo"
    wanted = Wanted("s1", "words", digest_of(before, "words"))
    hiding = HidingWords(kent.stage.store, kent.stage.rooms)
    await hiding.hide(await kent.stage.row(kent.row.id), wanted, "It is unkind.", kent.who)
    assert path not in (await kent.kim.browser.get(UPDATE)).text
    late = await kent.kim.browser.post(path, data=fields(page, path))
    assert late.status_code == 409
    assert "This cannot be undone now." in late.text
    assert await kent.words("s1") == "They say s1."


async def test_undoing_tells_of_words_written_since(kent: Version) -> None:
    await both_change(kent, "s1")
    await press(kent, "s1", choice="theirs")
    page = await kent.kim.browser.get(UPDATE)
    await kent.we_say("s1", "Written since.")
    path = f"{UPDATE}/s1/undo"
    told = await kent.kim.browser.post(path, data=fields(page, path))
    assert told.status_code == 409
    assert await kent.words("s1") == "Written since."
    assert "Somebody wrote here after that." in told.text
    done = await kent.kim.browser.post(path, data=fields(told, path))
    assert done.status_code == 303
    assert await kent.words("s1") == "We say s1."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("add", "They added a statement"),
        ("remove", "They took out statement 2"),
        ("move", "They moved statement 2"),
        ("split", "They split statement 2 in two"),
        ("join", "They joined statement 2 with another one"),
    ],
)
async def test_what_they_did_is_told_as_that(kent: Version, change: str, sentence: str) -> None:
    changes: dict[str, list[edits.Edit]] = {
        "add": [edits.AddItem(statement("n1", "New.", "a1V"))],
        "remove": [edits.SetLeftOut("s2", left_out=True)],
        "move": [edits.Move("s2", "a9")],
        "split": [
            edits.SetText("s2", Part.WORDS, rich_text.from_text("We must meet.")),
            edits.AddItem(statement("s2b", "Three times.", "a2V", origins=("s2",))),
        ],
        "join": [
            edits.SetText("s2", Part.WORDS, rich_text.from_text("We meet and listen.")),
            edits.SetOrigins("s2", ("s3",)),
            edits.SetLeftOut("s3", left_out=True),
        ],
    }
    await kent.stage.edit(kent.national.id, *changes[change])
    await kent.they_publish()
    page = await kent.kim.browser.get(UPDATE)
    assert sentence in page.text
    (asked,) = await kent.asked()
    question = await kent.kim.browser.get(f"{UPDATE}/{asked}")
    assert sentence in question.text
    await press(kent, asked, choice="theirs")
    said = [
        (item.id, rich_text.plain(item.words))
        for item in (await kent.stage.read(kent.row.id)).items
        if not item.left_out
    ]
    national = [
        (item.id, rich_text.plain(item.words))
        for item in (await kent.stage.read(kent.national.id)).items
        if not item.left_out
    ]
    assert said == national


async def test_who_may_not_is_refused(kent: Version) -> None:
    await both_change(kent, "s1")
    async with browser(kent.stage.app) as stranger:
        assert (await stranger.get(UPDATE)).status_code == 401
    dee = await kent.stage.come_in("Dee", "Devon")
    assert (await dee.browser.get(UPDATE)).status_code == 403
    rhys = await kent.stage.come_in("Rhys", "Kent", Role.READER)
    page = await rhys.browser.get(f"{UPDATE}/s1")
    assert page.status_code == 200
    assert "Decide this" not in page.text
    hidden = fields(await kent.kim.browser.get(f"{UPDATE}/s1"))
    hidden["form_token"] = form_token(await rhys.browser.get("/"))
    sent = await rhys.browser.post(f"{UPDATE}/s1", data={**hidden, "choice": "theirs"})
    assert sent.status_code == 403
    assert await kent.words("s1") == "We say s1."


async def test_a_charter_that_is_no_version_has_no_such_page(kent: Version) -> None:
    nat = await kent.stage.come_in("Nat", "National")
    page = await nat.browser.get(f"/charters/{kent.national.slug}/update")
    assert page.status_code == 404
    assert "This Charter was not made from another one." in page.text


async def test_what_was_forgotten_or_unknown_leads_back(kent: Version) -> None:
    found = await kent.kim.browser.get(f"{UPDATE}/nothing")
    assert (found.status_code, found.headers["location"]) == (303, UPDATE)


async def test_what_a_supporter_decides_is_of_the_person_with_help(kent: Version) -> None:
    await both_change(kent, "s1", "s2")
    sam = await kent.stage.come_to_help(kent.kim)
    for item_id, choice in (("s1", "theirs"), ("s2", "ours")):
        page = await sam.browser.get(f"{UPDATE}/{item_id}")
        sent = {**fields(page), "choice": choice}
        assert (await sam.browser.post(f"{UPDATE}/{item_id}", data=sent)).status_code == 303
    undo = f"{UPDATE}/s2/undo"
    sent = fields(await sam.browser.get(UPDATE), undo)
    assert (await sam.browser.post(undo, data=sent)).status_code == 303
    async with kent.stage.store.reading() as session:
        decided = (await session.scalars(select(DecisionRow))).all()
        wanted = select(AuditRow).where(AuditRow.what == What.DECIDED.value)
        noted = (await session.scalars(wanted)).all()
        changed = await session.get_one(ItemRow, (kent.row.id, "s1"))
    rows: list[DecisionRow | AuditRow] = [*decided, *noted]
    assert {(row.person_id, row.for_id) for row in rows} == {(sam.id, kent.kim.id)}
    assert [row.details["choice"] for row in noted] == ["theirs", "ours", "undone"]
    assert (changed.changed_by, changed.changed_for) == (sam.id, kent.kim.id)


async def test_an_update_of_a_welsh_charter_tells_what_is_welsh(stage: Stage) -> None:
    national = replace(charter_of("Gŵyl y gŵr.", "Mae’r tŵr."), language="cy")
    items = (replace(national.items[0], words=rich_text.from_text("Tŷ’r gŵr")), *national.items[1:])
    kent = await Version.made(stage, replace(national, title="Siarter gŵyl", items=items))
    await kent.we_say("s1", "Dŵr y gŵr.")
    await kent.they_say("s1", "Gŵyl y tŵr.")
    await kent.they_say("s2", "Mae’r tŵr, y gŵr.")
    await kent.they_publish()
    for path in (UPDATE, f"{UPDATE}/s1", f"{UPDATE}/s2", "/charters/kent/draft", "/charters/kent"):
        page = await kent.kim.browser.get(path)
        assert '<html lang="en-GB"' in page.text
        assert told_wrongly(page.text) == [], path
