import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server import clock
from server.people.audit import What, record
from server.people.permits import Who
from server.people.safety import audit_pages
from server.people.tables import AuditRow, GroupRow, PersonRow
from server.store import Store
from tests.server.people.safety.devon import Desk
from tests.support.pages import make_app

AUDIT = "/groups/devon/audit"


class Site(Desk):
    async def get(self, address: str = AUDIT, **asked: Any) -> httpx.Response:
        return await self.browser.get(address, params=asked)

    async def note(self, *days: datetime, what: What = What.HID, **details: Any) -> None:
        async with self.store.session() as session:
            for at in days or (clock.now(),):
                session.add(
                    AuditRow(
                        at=at,
                        what=what.value,
                        person_id="meg",
                        about_id="ann",
                        group_id=self.group.id,
                        charter_id="c",
                        details=details,
                    )
                )


async def titles(_session: Any, who: Who, charter_ids: set[str]) -> dict[str, str]:
    """As `writing.titles.of_charters`: every Charter is called after who asks."""
    return {charter_id: f"{charter_id} of {who.name}" for charter_id in charter_ids}


@pytest.fixture
async def site(store: Store, tmp_path: Path, group: GroupRow) -> AsyncIterator[Site]:
    app = make_app(store, tmp_path, audit_pages.routes)
    app.state.titles = titles
    site = Site(app, store, group)
    await site.come_in("meg")
    yield site
    await site.browser.aclose()


def day(month: int, hour: int = 12, year: int = 2026, on: int = 3) -> datetime:
    return datetime(year, month, on, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("person", "status"), [(None, 401), ("sam", 403), ("ann", 403), ("meg", 200)]
)
async def test_only_organisers_read_the_record(site: Site, person: str | None, status: int) -> None:
    await site.note(title="Ours")
    await site.come_in(person)
    for ending in ("", ".csv", ".json"):
        answer = await site.get(AUDIT + ending)
        assert answer.status_code == status
        assert ("Meg hid words" in answer.text) is (status == 200)
    assert (await site.get("/groups/kent/audit")).status_code == (401 if person is None else 404)


async def test_what_was_done_is_told_month_by_month_the_newest_first(site: Site) -> None:
    await site.note(day(9), day(11), day(11, 14), title="Ours")
    page = (await site.get()).text
    assert "What was done in November 2026" in page
    assert page.index("3 November 2026, 14:00:") < page.index("3 November 2026, 12:00:")
    assert "September" not in page.replace("September 2026</a>", "")
    assert f"{AUDIT}?month=2026-10" in page
    page = (await site.get(month="2026-10")).text
    assert "Nothing was done in this month." in page
    page = (await site.get(month="2026-09")).text
    assert page.count("Meg hid words in “Ours”.") == 1
    assert "?month=2026-08" not in page
    assert "?month=2026-10" in page


async def test_a_month_begins_where_the_people_are(site: Site) -> None:
    # 31 July, 23:30 in Universal Time is already 1 August in London.
    await site.note(
        datetime(2026, 7, 31, 23, 30, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    )
    assert "1 August 2026, 00:30:" in (await site.get(month="2026-08")).text
    assert "31 December 2026, 23:00:" in (await site.get(month="2026-12")).text
    assert "Nothing was done" in (await site.get(month="2027-01")).text


async def test_many_entries_are_paged(site: Site) -> None:
    await site.note(*[day(11)] * 51)
    first, second = (await site.get()).text, (await site.get(page="2")).text
    assert first.count("Meg hid words") == 50
    assert second.count("Meg hid words") == 1
    assert "Page 2 of 2" in second


@pytest.mark.parametrize(
    "asked",
    [{"page": "0"}, {"page": "2"}, {"page": "x"}, {"page": "9" * 40}, {"month": "2026-13"},
     {"month": "0000-01"}, {"month": "nonsense"}, {"month": ""}],
)  # fmt: skip
async def test_a_page_that_there_is_not_is_refused(site: Site, asked: dict[str, str]) -> None:
    await site.note()
    assert (await site.get(**asked)).status_code == 404


async def test_before_anything_was_done_the_page_is_empty(site: Site) -> None:
    assert "Nothing was done in this month." in (await site.get()).text


async def test_of_other_groups_nothing_is_told(site: Site, store: Store) -> None:
    async with store.session() as session:
        record(session, What.HID, by="meg", group_id="kent", title="Theirs")
        record(session, What.SIGNED_OUT, by="meg")
    assert "Theirs" not in (await site.get()).text + (await site.get(AUDIT + ".csv")).text


async def test_names_are_those_of_today(site: Site, store: Store) -> None:
    await site.note(what=What.LEAD_NAMED)
    async with store.session() as session:
        (await session.get_one(PersonRow, "ann")).name = "a member"
    assert "Meg chose a member to hear what is reported." in (await site.get()).text


async def test_charters_are_called_as_they_are_now(site: Site) -> None:
    await site.note()
    assert "Meg hid words in “c of Meg”." in (await site.get()).text


async def test_taking_the_record_is_recorded_in_what_is_taken(site: Site, store: Store) -> None:
    await site.note(title="Ours")
    taken = (await site.get(AUDIT + ".json")).json()
    assert taken["group"] == "Devon"
    assert [one["what"] for one in taken["record"]] == ["audit taken", "hid"]
    assert taken["record"][1]["sentence"] == "Meg hid words in “Ours”."
    assert taken["record"][1]["who"] == {"id": "meg", "name": "Meg"}
    assert taken["record"][1]["details"] == {"title": "Ours"}
    assert (await site.get(AUDIT + ".csv")).text.count("Meg took a copy of this record.") == 2


@pytest.mark.parametrize("ending", [".csv", ".json"])
async def test_a_file_of_the_record_is_read_part_by_part(
    site: Site, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[int] = []
    tell = audit_pages._told

    async def counted(request: Any, session: Any, rows: Any) -> Any:
        parts.append(len(rows))
        return await tell(request, session, rows)

    monkeypatch.setattr(audit_pages, "_told", counted)
    monkeypatch.setattr(audit_pages, "AT_ONCE_IN_FILES", 4)
    for number in range(9):
        await site.note(title=f"Charter {number}")
    taken = (await site.get(AUDIT + ending)).text
    assert parts == [4, 4, 2]
    found = re.findall(r"Charter \d", "\n".join(re.findall(r"hid words in .*?\.", taken)))
    assert found == [f"Charter {number}" for number in reversed(range(9))]


async def test_no_cell_of_the_record_is_a_formula(site: Site, store: Store) -> None:
    async with store.session() as session:
        (await session.get_one(PersonRow, "meg")).name = "=HYPERLINK(1)"
    await site.note(title="+1+1")
    answer = await site.get(AUDIT + ".csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.headers["content-disposition"] == 'attachment; filename="devon-record.csv"'
    cells = [cell for row in rows for cell in row]
    assert "'+1+1" in cells
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


async def test_a_hostile_name_is_only_text_on_the_page(site: Site, store: Store) -> None:
    await site.note(title="<script>alert(1)</script>")
    page = (await site.get()).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    async with store.reading() as session:
        assert len((await session.scalars(select(AuditRow))).all()) == 1
