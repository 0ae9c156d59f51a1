from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.errors import NotFilledIn, ReportClosed, UnknownReport, WordsChanged
from server.people.actions import make_group
from server.people.permits import Helped, Who
from server.people.safety import reports
from server.people.safety.reports import LONGEST
from server.people.tables import AuditRow, GroupRow, ReportRow
from server.store import Store
from tests.server.people.safety.devon import found


async def tell(
    store: Store, group: GroupRow, who: Who | None, about: str = "words", **fields: str
) -> ReportRow:
    there = found(group)
    said = {"kind": "", "note": "", "seen": there.seen, **fields}
    async with store.session() as session:
        return await reports.report(
            session, there, about, said["kind"], said["note"], seen=said["seen"], who=who
        )


async def test_a_report_keeps_what_it_said_who_told_and_for_whom(
    store: Store, group: GroupRow
) -> None:
    sam = Who("sam", "Sam", helping=Helped("ann", "Ann"))
    await tell(store, group, sam, kind="unkind", note="  It made me sad.\n")
    async with store.reading() as session:
        (one,) = await reports.of_group(session, group.id)
    assert (one.row.about, one.row.words, one.row.item_id) == ("words", "I choose.", "s1")
    assert one.row.note == "It is unkind, or hurts somebody. It made me sad."
    assert (one.by, one.helped, one.group.name) == ("Sam", "Ann", "Devon")


async def test_the_record_tells_organisers_neither_who_reported_nor_what(
    store: Store, group: GroupRow
) -> None:
    await tell(store, group, Who("ann", "Ann"))
    async with store.reading() as session:
        row = (await session.scalars(select(AuditRow))).one()
    assert (row.what, row.group_id) == ("reported", group.id)
    assert (row.person_id, row.about_id, row.charter_id, row.details) == (None, None, None, {})


@pytest.mark.parametrize(
    ("about", "fields", "refusal"),
    [
        ("picture", {}, NotFilledIn),
        ("words", {"kind": "nonsense"}, NotFilledIn),
        ("words", {"note": "x" * (LONGEST + 1)}, NotFilledIn),
        ("words", {"seen": "something else"}, WordsChanged),
    ],
)
async def test_what_no_page_asks_is_refused(
    store: Store,
    group: GroupRow,
    about: str,
    fields: dict[str, str],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        await tell(store, group, None, about, **fields)
    async with store.reading() as session:
        assert await reports.of_group(session, group.id) == []


async def test_it_is_answered_once_and_the_one_who_told_can_read_it(
    store: Store, group: GroupRow
) -> None:
    row = await tell(store, group, Who("ann", "Ann"))
    meg = Who("meg", "Meg")
    async with store.session() as session:
        await reports.close(session, row, " I spoke with Ben. ", meg)
    with pytest.raises(ReportClosed):
        async with store.session() as session:
            await reports.close(session, row, "Again.", meg)
    async with store.reading() as session:
        (one,) = await reports.of_person(session, Who("ann", "Ann"))
        assert await reports.of_person(session, Who("sam", "Sam")) == []
        done = (await session.scalars(select(AuditRow.what).order_by(AuditRow.id))).all()
        assert await reports.answered_lately(session, Who("ann", "Ann"))
        assert not await reports.answered_lately(session, Who("sam", "Sam"))
    assert (one.row.answer, one.closed_by) == ("I spoke with Ben.", "Meg")
    assert done == ["reported", "report closed"]


async def test_a_person_reads_the_answer_to_what_was_reported_for_them(
    store: Store, group: GroupRow
) -> None:
    await tell(store, group, Who("sam", "Sam", helping=Helped("ann", "Ann")))
    async with store.reading() as session:
        assert len(await reports.of_person(session, Who("ann", "Ann"))) == 1


async def test_a_supporter_sees_what_they_reported_for_somebody_while_they_help(
    store: Store, group: GroupRow
) -> None:
    helping = Who("sam", "Sam", helping=Helped("ann", "Ann"))
    row = await tell(store, group, helping)
    await tell(store, group, Who("sam", "Sam"))
    async with store.session() as session:
        await reports.close(session, row, "Done.", Who("meg", "Meg"))
        assert len(await reports.of_person(session, helping)) == 2
        for later in (Who("sam", "Sam"), Who("sam", "Sam", helping=Helped("meg", "Meg"))):
            assert [told.helped for told in await reports.of_person(session, later)] == [None]
            assert not await reports.answered_lately(session, later)


async def test_news_of_an_answer_ends_after_two_weeks(
    store: Store, group: GroupRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await tell(store, group, Who("ann", "Ann"))
    async with store.session() as session:
        await reports.close(session, row, "Done.", Who("meg", "Meg"))
    later = clock.now() + timedelta(days=15)
    monkeypatch.setattr(clock, "now", lambda: later)
    async with store.reading() as session:
        assert not await reports.answered_lately(session, Who("ann", "Ann"))


@pytest.mark.parametrize("answer", ["", " \n", "x" * (LONGEST + 1)])
async def test_an_answer_says_something_and_is_no_book(
    store: Store, group: GroupRow, answer: str
) -> None:
    row = await tell(store, group, None)
    with pytest.raises(NotFilledIn):
        async with store.session() as session:
            await reports.close(session, row, answer, Who("meg", "Meg"))


async def test_the_lead_hears_alone_and_without_one_the_organisers_do(
    store: Store, group: GroupRow
) -> None:
    async with store.session() as session:
        row = await session.get_one(GroupRow, group.id)
        assert [one.name for one in await reports.who_hear(session, row)] == ["Meg"]
        row.lead_id = "ann"
        await session.flush()
        assert [one.name for one in await reports.who_hear(session, row)] == ["Ann"]


async def test_what_waits_is_counted_for_those_who_hear_it(store: Store, group: GroupRow) -> None:
    await tell(store, group, None)
    await tell(store, group, None)
    async with store.reading() as session:
        lead = Who("meg", "Meg", leads=frozenset({group.id}))
        assert [(each.name, count) for each, count in await reports.open_for(session, lead)] == [
            ("Devon", 2)
        ]
        assert await reports.open_for(session, Who("ann", "Ann")) == []


async def test_a_report_of_another_group_is_unknown(store: Store, group: GroupRow) -> None:
    row = await tell(store, group, None)
    async with store.session() as session:
        other = await make_group(session, "Kent")
        for group_id, report_id in ((other.id, row.id), (group.id, "nothing")):
            with pytest.raises(UnknownReport):
                await reports.one_of(session, group_id, report_id)


def test_a_letter_says_where_to_read_and_none_of_the_words() -> None:
    letter = reports.letter("meg@example.org", "Meg", "Devon", "https://charter.test/x")
    assert "https://charter.test/x" in letter.text
    assert "I choose" not in letter.text
    assert (letter.to, letter.subject) == ("meg@example.org", "Something is not right in Devon")
