from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from server.errors import NothingToReport
from server.people.letters import Letter
from server.people.permits import Who
from server.people.safety import report_pages
from server.people.safety.reports import Part, Reportable
from server.people.tables import GroupRow, PersonRow, ReportRow
from server.store import Store
from server.web.limits import KINDS
from tests.server.people.safety.devon import PARTS, Desk, found
from tests.support.pages import form_token, make_app

REPORT = "/report?what=thing&id=s1"


class Site(Desk):
    """The pages of reports, with one thing to report that is called "s1"."""

    def __init__(self, app: Starlette, store: Store, group: GroupRow) -> None:
        super().__init__(app, store, group)
        self.parts: list[Part] = list(PARTS)
        self.letters: list[Letter] = []
        app.state.reportable = {"thing": self.find}
        app.state.post = self

    can_send = True

    def send_soon(self, letter: Letter) -> None:
        self.letters.append(letter)

    async def find(self, _session: Any, _who: Who | None, asked: Mapping[str, str]) -> Reportable:
        if asked.get("id") != "s1":
            raise NothingToReport
        there = found(self.group)
        return Reportable(there.group_id, there.name, there.address, self.parts, None, "s1")

    async def tell(self, address: str = REPORT, **fields: str) -> httpx.Response:
        page = await self.browser.get(REPORT)
        seen = (await self.find(None, None, {"id": "s1"})).seen
        said = {"about": "words", "kind": "", "note": "", "seen": seen, **fields}
        return await self.browser.post(address, data={"form_token": form_token(page), **said})

    async def answer(self, report_id: str, answer: str) -> httpx.Response:
        page = await self.browser.get(REPORT)
        data = {"form_token": form_token(page), "answer": answer}
        return await self.browser.post(f"/groups/devon/reports/{report_id}", data=data)

    async def rows(self) -> list[ReportRow]:
        async with self.store.reading() as session:
            return list(await session.scalars(select(ReportRow)))

    async def name_lead(self, person_id: str) -> None:
        async with self.store.session() as session:
            await session.execute(update(GroupRow).values(lead_id=person_id))


@pytest.fixture
async def site(store: Store, tmp_path: Path, group: GroupRow) -> AsyncIterator[Site]:
    site = Site(make_app(store, tmp_path, report_pages.routes), store, group)
    await site.come_in("ann")
    yield site
    await site.browser.aclose()


async def test_the_page_shows_what_is_reported_and_names_who_hears_it(site: Site) -> None:
    page = (await site.browser.get(REPORT)).text
    for said in ("I choose.", "Because.", "What is not right?", "Statement 1"):
        assert said in page
    assert "The organisers hear this" not in page
    assert "Meg hears this. Nobody else in the group does." in page


async def test_outside_the_group_nobody_is_named(site: Site) -> None:
    for person_id in (None, "sam"):
        await site.come_in(person_id)
        page = (await site.browser.get(REPORT)).text
        assert "Meg" not in page
        assert "The person who keeps this group safe hears this." in page


async def test_the_words_are_what_the_server_knows_and_not_what_a_form_says(site: Site) -> None:
    answer = await site.tell(words="Something else", group_id="kent", note="It hurts me.")
    assert answer.status_code == 200
    assert "Thank you. You reported it." in answer.text
    (row,) = await site.rows()
    assert (row.words, row.group_id, row.person_id) == ("I choose.", site.group.id, "ann")
    assert row.note == "It hurts me."


async def test_somebody_without_an_account_can_report_too(site: Site) -> None:
    await site.come_in(None)
    assert (await site.tell()).status_code == 200
    (row,) = await site.rows()
    assert (row.person_id, row.for_id) == (None, None)


@pytest.mark.parametrize("address", ["/report", "/report?what=nothing", "/report?what=thing&id=s2"])
async def test_what_one_cannot_see_is_not_there(site: Site, address: str) -> None:
    assert (await site.browser.get(address)).status_code == 404
    answer = await site.tell(address)
    assert answer.status_code == 404
    assert "We did not find this." in answer.text
    assert await site.rows() == []


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"about": "nothing"}, 422, "Please choose what is not right."),
        ({"kind": "nothing"}, 422, "Please choose one of the answers."),
        ({"note": "x" * 9_000}, 422, "This is too long. Use at most 2,000 letters."),
        ({"seen": "other"}, 409, "These words changed while you looked."),
    ],
)
async def test_what_is_wrong_is_told_and_what_was_written_stays(
    site: Site, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = await site.tell(**{"note": "It hurts me.", **fields})
    assert answer.status_code == status
    assert sentence in answer.text
    assert "note" in fields or "It hurts me." in answer.text
    assert await site.rows() == []


async def test_only_who_hears_reports_reads_them(site: Site) -> None:
    await site.tell()
    (row,) = await site.rows()
    await site.name_lead("ann")
    for person_id, status in (("meg", 403), ("sam", 403), (None, 401), ("ann", 200)):
        await site.come_in(person_id)
        page = await site.browser.get("/groups/devon/reports")
        assert page.status_code == status
        assert ("I choose." in page.text) is (status == 200)
        done = await site.answer(row.id, "I spoke with Ben.")
        assert done.status_code == (303 if status == 200 else status)
    assert (await site.browser.get("/groups/kent/reports")).status_code == 404


async def test_the_answer_is_for_the_one_who_reported(site: Site) -> None:
    await site.tell(note="<b>It hurts.</b>")
    (row,) = await site.rows()
    assert "It has no answer yet." in (await site.browser.get("/me/reports")).text
    await site.come_in("meg")
    page = (await site.browser.get("/groups/devon/reports")).text
    assert "&lt;b&gt;It hurts.&lt;/b&gt;" in page
    assert "Ann" in page
    assert (await site.answer(row.id, " ")).status_code == 422
    assert (await site.answer("nothing", "No.")).status_code == 404
    answer = await site.answer(row.id, "I spoke with Ben.")
    assert answer.headers["location"] == "/groups/devon/reports?done=closed"
    again = await site.answer(row.id, "Again.")
    assert again.status_code == 409
    assert "I spoke with Ben." not in (await site.browser.get("/me/reports")).text
    await site.come_in("ann")
    page = (await site.browser.get("/me/reports")).text
    assert "Meg answered on" in page
    assert "I spoke with Ben." in page
    await site.come_in(None)
    assert (await site.browser.get("/me/reports")).status_code == 401


async def test_a_letter_goes_to_who_hears_it_and_has_none_of_the_words(site: Site) -> None:
    await site.tell()
    assert site.letters == []  # Meg has no e-mail address
    async with site.store.session() as session:
        (await session.get_one(PersonRow, "meg")).email = "meg@example.org"
    await site.tell()
    (letter,) = site.letters
    assert letter.to == "meg@example.org"
    assert "I choose." not in letter.text
    assert "/groups/devon/reports" in letter.text


async def test_thousands_of_reports_from_one_place_are_stopped(site: Site) -> None:
    most = int(KINDS["report"].split()[0])
    await site.come_in(None)
    for _ in range(most):
        assert (await site.tell()).status_code == 200
    assert (await site.tell()).status_code == 429
    await site.come_in("ann")
    assert (await site.tell()).status_code == 200
    assert len(await site.rows()) == most + 1


async def test_a_form_of_another_website_reports_nothing(site: Site) -> None:
    answer = await site.browser.post(REPORT, data={"about": "words"})
    assert answer.status_code == 403
    assert await site.rows() == []
