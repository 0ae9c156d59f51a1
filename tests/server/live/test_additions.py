from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.live.additions import earlier_words, hidden_marks, of_history
from server.live.hiding import HidingWords, Wanted
from server.people.permits import Role, Who
from server.people.tables import GroupRow
from server.writing import history
from server.writing.additions import Link
from server.writing.read_side import read_charter
from server.writing.rich_text import from_text
from server.writing.tables import CharterRow
from tests.server.live.history_site import Site


async def test_those_who_may_watch_find_the_way_to_the_history(site: Site) -> None:
    await site.reword()
    async with site.store.reading() as session:
        row = await session.get_one(CharterRow, site.id)
        group = (await session.scalars(select(GroupRow))).one()
        charter = await read_charter(session, site.id)
        member = Who("p-ann", "Ann", roles={row.group_id: Role.READER})
        found = await of_history(session, member, row, group)
        assert found == [Link("What changed, day by day", "/charters/devon/history")]
        assert await of_history(session, None, row, group) == []
        notes = await earlier_words(session, member, row, charter)
        assert await earlier_words(session, None, row, charter) == {}
    assert set(notes) == {"s1"}
    assert notes["s1"][0].values == {"item_id": "s1", "name": "Statement 1"}


async def test_where_words_are_hidden_a_mark_says_so_and_why(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hiding = HidingWords(site.store, site.rooms)
    async with site.store.reading() as session:
        row = await session.get_one(CharterRow, site.id)
        present = await history.present(session, site.id, "s1")
    assert present is not None
    ann = Who("p-ann", "Ann", roles={row.group_id: Role.ORGANISER})
    await hiding.hide(row, Wanted("s1", "words", present.digest), "It is unkind.", ann)
    async with site.store.reading() as session:
        charter = await read_charter(session, site.id)
        ours = (await hidden_marks(session, ann, row, charter))["s1"][0].values
        public = (await hidden_marks(session, None, row, charter))["s1"][0].values
    assert ours["told"] == "These words are hidden. Ann gave this reason: It is unkind."
    assert public["told"] == "These words are hidden. The group gave this reason: It is unkind."
    assert (ours["may_hide"], public["may_hide"]) == (True, False)
    ours_at = clock.now()
    async with site.store.reading() as session:
        said = replace(present.item, words=from_text("I choose."))
        instead = replace(charter, items=(said,))
        ours = (await hidden_marks(session, ann, row, instead))["s1"][0].values
        assert await hidden_marks(session, None, row, instead) == {}
        monkeypatch.setattr(clock, "now", lambda: ours_at + timedelta(days=1))
        assert await hidden_marks(session, ann, row, instead) == {}
    assert ours["told"] == "Earlier words here are hidden. Ann gave this reason: It is unkind."
