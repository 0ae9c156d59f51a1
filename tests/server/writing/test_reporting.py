from dataclasses import dataclass

import pytest

from server import clock
from server.errors import NothingToReport
from server.people.permits import Role, Who
from server.people.safety.reports import Part
from server.people.tables import ReportRow
from server.store import Store
from server.writing import history
from server.writing.hidden import WORDS
from server.writing.read_side import read_charter
from server.writing.reporting import beside, links, news, statement, title
from server.writing.tables import CharterRow
from tests.server.writing.test_hidden import hide
from tests.server.writing.test_removing import PRIVATE, Pen, digest, new_pen, says


@dataclass
class Desk:
    """A Charter of a group of Ann's, in which statement "a" said something private."""

    pen: Pen
    row: CharterRow
    ann: Who

    async def find(self, who: Who | None, **asked: str) -> dict[str, str]:
        async with self.pen.store.reading() as session:
            found = await statement(session, who, {"charter": self.row.slug, "item": "a", **asked})
        assert found.group_id == self.row.group_id
        return {part.about: part.words for part in found.parts}

    async def earlier(self, words: str) -> str:
        async with self.pen.store.reading() as session:
            found = await history.earlier(session, self.pen.charter_id, "a")
        return next(one.key for one in found if words in str(one.version.item.words))


@pytest.fixture
async def desk(store: Store) -> Desk:
    pen = await new_pen(store)
    await pen.write(says(PRIVATE))
    await pen.publish()
    await pen.write(says("I choose where I live.", why="We want it."))
    async with store.reading() as session:
        row = await session.get_one(CharterRow, pen.charter_id)
    return Desk(pen, row, Who("ann", "Ann", roles={row.group_id: Role.READER}))


async def test_a_statement_is_reported_part_by_part(desk: Desk) -> None:
    found = await desk.find(desk.ann)
    assert found == {"words": "I choose where I live.", "why": "We want it."}


async def test_a_title_is_reported_with_the_words_under_it(desk: Desk, store: Store) -> None:
    asked = {"charter": desk.row.slug}
    async with store.session() as session:
        row = await session.get_one(CharterRow, desk.row.id)
        row.title, row.summary, row.language = "Ours", "What we say.", "cy"
    async with store.reading() as session:
        found = await title(session, desk.ann, asked)
        assert [part.words for part in found.parts] == ["Ours", "What we say."]
        assert found.language == "cy"
        assert (found.group_id, found.address) == (desk.row.group_id, "/charters/ours")
        for who, wanted in ((None, asked), (desk.ann, {"charter": "nowhere"}), (desk.ann, {})):
            with pytest.raises(NothingToReport):
                await title(session, who, wanted)


async def test_earlier_words_and_those_of_an_edition_can_be_reported(desk: Desk) -> None:
    assert await desk.find(desk.ann, edition="1") == {"words": PRIVATE}
    assert await desk.find(desk.ann, version=await desk.earlier(PRIVATE)) == {"words": PRIVATE}


async def test_what_one_may_not_read_is_not_there(desk: Desk, store: Store) -> None:
    version = await desk.earlier(PRIVATE)
    for who in (None, Who("eve", "Eve")):
        for asked in ({}, {"edition": "1"}, {"version": version}):
            with pytest.raises(NothingToReport):
                await desk.find(who, **asked)
    async with store.session() as session:
        (await session.get_one(CharterRow, desk.row.id)).visibility = "everybody"
    assert "words" in await desk.find(None)
    assert "words" in await desk.find(None, edition="1")
    with pytest.raises(NothingToReport):
        await desk.find(None, version=version)  # history names people


@pytest.mark.parametrize(
    "asked",
    [
        {"charter": "nowhere"},
        {"item": "b"},
        {"edition": "2"},
        {"edition": "x"},
        {"edition": "9" * 30},
        {"version": "nothing"},
        {"version": ""},
    ],
)
async def test_what_there_is_not_is_not_reported(desk: Desk, asked: dict[str, str]) -> None:
    with pytest.raises(NothingToReport):
        await desk.find(desk.ann, **asked)


async def test_hidden_words_are_not_shown_by_reporting_them(desk: Desk) -> None:
    version = await desk.earlier(PRIVATE)
    await hide(desk.pen, WORDS, digest(PRIVATE))
    for asked in ({"version": version}, {"edition": "1"}):
        with pytest.raises(NothingToReport):
            await desk.find(desk.ann, **asked)


async def test_each_statement_that_says_something_has_its_link(desk: Desk, store: Store) -> None:
    await desk.pen.write(says("I choose."), says("", "b"))
    organiser = Who("ann", "Ann", roles={desk.row.group_id: Role.ORGANISER})
    async with store.reading() as session:
        charter = await read_charter(session, desk.row.id)
        assert set(await beside(session, desk.ann, desk.row, charter)) == {"a"}
        (note,) = (await beside(session, organiser, desk.row, charter))["a"]
    assert note.values["name"] == "statement 1"
    assert note.values["hide"] == f"/charters/{desk.row.slug}/history/a/hide"
    (note,) = links("ours", charter, edition=3)["a"]
    assert note.values["query"] == "what=statement&charter=ours&item=a&edition=3"
    assert note.values["hide"] is None


async def test_the_first_page_tells_the_lead_and_the_one_who_reported(
    desk: Desk, store: Store
) -> None:
    lead = Who("ben", "Ben", leads=frozenset({desk.row.group_id}))
    async with store.session() as session:
        assert await news(session, None) == []
        assert await news(session, lead) == []
        row = ReportRow(
            id="r",
            group_id=desk.row.group_id,
            about="words",
            address="/",
            words=PRIVATE,
            note="",
            person_id="ben",
            at=clock.now(),
            answer="",
        )
        session.add(row)
        await session.flush()
        (note,) = await news(session, lead)
        assert [count for _, count in note.values["waiting"]] == [1]
        row.closed_at = clock.now()
        (note,) = await news(session, Who("ben", "Ben"))
        assert (note.values["waiting"], note.values["answered"]) == ([], True)


async def test_forgetting_takes_the_words_out_of_reports_too(desk: Desk, store: Store) -> None:
    async with store.session() as session:
        row = ReportRow(
            id="r",
            group_id=desk.row.group_id,
            charter_id=desk.row.id,
            item_id="a",
            about="words",
            address="/",
            words=Part("words", "", PRIVATE).words,
            note="",
            at=clock.now(),
            answer="",
        )
        session.add(row)
    await desk.pen.forget(PRIVATE)
    async with store.reading() as session:
        assert (await session.get_one(ReportRow, "r")).words == ""
