import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from server.errors import (
    AlreadyHidden,
    NotFilledIn,
    NothingToHide,
    ShownAlready,
    UnknownHiding,
    WordsChanged,
)
from server.live import wire
from server.live.hiding import HidingWords, Wanted, kept
from server.live.presence import Entry
from server.live.reader import Reader
from server.people.audit import What
from server.people.permits import Who
from server.people.safety.hiding import LONGEST_REASON
from server.people.tables import AuditRow
from server.writing import edits, history, wording
from server.writing.document import Part
from server.writing.rich_text import from_text, plain
from server.writing.tables import CharterRow, HidingRow
from tests.server.live.history_site import FIRST, SECOND, Site
from tests.server.live.sinks import BEN, reader

ANN = Who("p-ann", "Ann", roles={})
WHY = "It names a person."


class House:
    def __init__(self, site: Site) -> None:
        self.site, self.hiding = site, HidingWords(site.store, site.rooms)

    async def row(self) -> CharterRow:
        async with self.site.store.reading() as session:
            return await session.get_one(CharterRow, self.site.id)

    async def hide(self, words: str, reason: str = WHY, item_id: str = "s1") -> None:
        wanted = Wanted(item_id, "words", await self.digest(words))
        await self.hiding.hide(await self.row(), wanted, reason, ANN)

    async def digest(self, words: str) -> str:
        """The digest of what the statement says now, or said once, with these words."""
        async with self.site.store.reading() as session:
            present = await history.present(session, self.site.id, "s1")
            found = await history.earlier(session, self.site.id, "s1", hide=False)
        assert present is not None
        versions = [present, *(one.version for one in found)]
        same = (one.digest for one in versions if plain(one.item.words) == words)
        return next(same, wording.digest(wording.Wording(from_text(words))).whole)

    async def hidings(self) -> list[HidingRow]:
        async with self.site.store.reading() as session:
            asked = select(HidingRow).order_by(HidingRow.hidden_at)
            return list(await session.scalars(asked))

    async def earlier(self) -> list[str]:
        return [
            "(hidden)" if one.version.words_hiding else plain(one.version.item.words)
            for one in await self.site.earlier()
        ]

    async def done(self) -> list[tuple[str, Any]]:
        async with self.site.store.reading() as session:
            hiding = AuditRow.what.in_([What.HID, What.SHOWED])
            rows = await session.scalars(select(AuditRow).where(hiding).order_by(AuditRow.id))
            return [(row.what, row.person_id) for row in rows]


@pytest.fixture
def house(site: Site) -> House:
    return House(site)


async def test_present_words_are_taken_out_of_the_charter_and_of_its_history(house: House) -> None:
    await house.site.reword()
    await house.hide(SECOND)
    assert await house.site.words() == ""
    assert SECOND not in await house.earlier()
    assert await house.earlier() == ["", "(hidden)", FIRST]
    (row,) = await house.hidings()
    assert (row.reason, row.hidden_by, (row.content or {})["now"]) == (WHY, "p-ann", True)
    assert await house.done() == [("hid", "p-ann")]


async def test_earlier_words_are_hidden_and_the_present_ones_stay(house: House) -> None:
    await house.site.reword()
    await house.hide(FIRST)
    assert await house.site.words() == SECOND
    assert await house.earlier() == [SECOND, "(hidden)"]


async def test_who_may_hide_them_can_still_read_them(house: House) -> None:
    await house.site.reword()
    await house.hide(SECOND)
    async with house.site.store.reading() as session:
        (one,) = await kept(session, house.site.id)
        found = await history.earlier(session, house.site.id, "s1", hide=False)
    assert (plain(one.words), one.hiding.by) == (SECOND, "Ann")
    assert SECOND in {plain(each.version.item.words) for each in found}


async def test_shown_again_the_words_are_where_they_were(house: House) -> None:
    await house.site.reword()
    await house.hide(SECOND)
    (row,) = await house.hidings()
    assert await house.hiding.show(await house.row(), row.id, ANN) == "s1"
    assert await house.site.words() == SECOND
    assert "(hidden)" not in await house.earlier()
    assert await house.done() == [("hid", "p-ann"), ("showed", "p-ann")]
    with pytest.raises(ShownAlready):
        await house.hiding.show(await house.row(), row.id, ANN)


async def test_what_somebody_wrote_instead_is_not_written_over(house: House) -> None:
    await house.hide(FIRST)
    await _write_instead(house, "I choose.")
    (row,) = await house.hidings()
    await house.hiding.show(await house.row(), row.id, ANN)
    assert await house.site.words() == "I choose."
    assert FIRST in await house.earlier()


async def _write_instead(house: House, words: str) -> None:
    edit = edits.SetText("s1", Part.WORDS, from_text(words))
    await house.site.rooms.change(house.site.id, partial(edits.apply, edits=[edit]), author=None)
    await house.site.rooms.settling.settle(house.site.id)


@pytest.mark.parametrize("reason", ["", " \n ", "x" * (LONGEST_REASON + 1)])
async def test_a_reason_is_needed_and_not_a_book(house: House, reason: str) -> None:
    with pytest.raises(NotFilledIn):
        await house.hide(FIRST, reason)
    assert await house.hidings() == []
    assert await house.site.words() == FIRST


async def test_words_are_hidden_once(house: House) -> None:
    await house.site.reword()
    await house.hide(FIRST)
    with pytest.raises(AlreadyHidden):
        await house.hide(FIRST)
    assert len(await house.hidings()) == 1


async def test_two_presses_at_once_hide_once(house: House) -> None:
    await house.site.reword()
    done = await asyncio.gather(
        house.hide(FIRST), house.hide(FIRST), house.hide(FIRST), return_exceptions=True
    )
    assert [type(one) for one in done if one is not None] == [AlreadyHidden, AlreadyHidden]
    assert len(await house.hidings()) == 1


async def test_words_that_changed_meanwhile_are_not_hidden(house: House) -> None:
    with pytest.raises(WordsChanged):
        await house.hide("Something it never said.")
    wanted = Wanted("s1", "words", await house.digest(FIRST))
    row = await house.row()
    # Written and not settled: the read side does not know of it yet.
    ann, _ = reader(BEN)
    room = await house.site.rooms.open(house.site.id)
    house.site.rooms.enter(room, ann, None)
    await house.site.rooms.receive(
        room, ann, wire.Edit(house.site.page.type("s1", 0, "Now: "), False)
    )
    with pytest.raises(WordsChanged):
        await house.hiding.hide(row, wanted, WHY, ANN)
    assert await house.hidings() == []


async def writing(house: House) -> Reader:
    """Ben, who is writing in the first statement."""
    ben, _ = reader(BEN)
    room = await house.site.rooms.open(house.site.id)
    house.site.rooms.enter(room, ben, None)
    said = {"writing": "s1", "part": "words", "typing": True}
    room.presence.hear(ben, None, [Entry(7, 1, said)], BEN, house.site.rooms.now())
    return ben


async def test_words_are_hidden_also_while_somebody_writes_there(house: House) -> None:
    await writing(house)
    await house.hide(FIRST)
    assert await house.site.words() == ""
    assert await house.done() == [("hid", "p-ann")]


async def test_what_somebody_made_of_the_words_meanwhile_goes_too_and_nothing_is_lost(
    house: House,
) -> None:
    await house.site.reword()
    wanted = Wanted("s1", "words", await house.digest(SECOND), is_now=True)
    ben = await writing(house)
    room = await house.site.rooms.open(house.site.id)
    typed = wire.Edit(house.site.page.type("s1", 0, "Now: "), False)
    await house.site.rooms.receive(room, ben, typed)
    await house.hiding.hide(await house.row(), wanted, WHY, ANN)
    assert await house.site.words() == ""
    async with house.site.store.reading() as session:
        said = {plain(one.words) for one in await kept(session, house.site.id)}
    assert f"Now: {SECOND}" in said
    assert not {SECOND, f"Now: {SECOND}"} & set(await house.earlier())
    await house.site.say(house.site.page.type("s1", 0, "Better."))
    assert await house.site.words() == "Better."


async def test_who_types_is_never_quicker_for_long(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writing(house)
    change, tries = house.site.rooms.change, 0

    async def too_late(*asked: Any, **more: Any) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise WordsChanged
        return await change(*asked, **more)

    monkeypatch.setattr(house.site.rooms, "change", too_late)
    wanted = Wanted("s1", "words", await house.digest(FIRST), is_now=True)
    await house.hiding.hide(await house.row(), wanted, WHY, ANN)
    assert (await house.site.words(), tries) == ("", 3)


async def test_where_there_are_no_words_there_is_nothing_to_hide(house: House) -> None:
    await house.hide(FIRST)
    with pytest.raises(NothingToHide):
        await house.hide("")


@pytest.mark.parametrize("value", ["", "words:", "picture:abc", "nonsense"])
def test_a_choice_that_no_page_has_is_refused(value: str) -> None:
    with pytest.raises(NotFilledIn):
        Wanted.read("s1", value)


async def test_hidden_words_of_another_charter_are_unknown(house: House) -> None:
    await house.hide(FIRST)
    (hidden,) = await house.hidings()
    row = await house.row()
    row.id = "another"
    for charter, hiding_id in ((await house.row(), "nothing"), (row, hidden.id)):
        with pytest.raises(UnknownHiding):
            await house.hiding.show(charter, hiding_id, ANN)
