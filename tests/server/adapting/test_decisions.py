import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from server.adapting.decisions import Undoing
from server.adapting.tables import DecisionRow
from server.errors import AnsweredAlready, NewerEdition, WordsChanged
from server.live.hiding import HidingWords, Wanted
from server.people.tables import AuditRow
from server.store import Store
from server.writing import edits, rich_text
from server.writing.authors import Author
from server.writing.charter import Item
from server.writing.tables import CharterRow, HidingRow
from server.writing.taking_out import digest_of
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import WORDS, statement


async def decisions(store: Store) -> list[DecisionRow]:
    async with store.reading() as session:
        rows = await session.scalars(select(DecisionRow).order_by(DecisionRow.at))
        return list(rows)


async def seq(store: Store, charter_id: str) -> int:
    async with store.reading() as session:
        return (await session.get_one(CharterRow, charter_id)).last_seq


async def test_taking_theirs_changes_the_document_and_is_written_down(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    edition = await kent.they_publish()
    await kent.decide("s1", "theirs")
    assert await kent.words("s1") == "I decide."
    (row,) = await decisions(kent.stage.store)
    assert (row.item_id, row.edition_id, row.choice, row.person_id) == (
        *("s1", edition.id, "theirs"),
        kent.kim.id,
    )
    assert await kent.asked() == []


async def test_keeping_ours_is_remembered_until_they_change_it_again(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    await kent.decide("s1", "ours", "We say it like this.")
    item = await kent.item("s1")
    assert rich_text.plain(item.words) == "We choose."
    assert rich_text.plain(item.why) == "We say it like this."
    await kent.they_say("s2", "We meet.")
    await kent.they_publish()
    assert await kent.asked() == ["s2"]
    await kent.they_say("s1", "I decide who.")
    await kent.they_publish()
    assert await kent.asked() == ["s1", "s2"]


async def test_skipped_editions_are_asked_about_at_once(kent: Version) -> None:
    for words in ("I decide.", "I decide who.", "I decide who I live with."):
        await kent.they_say("s1", words)
        await kent.they_publish()
    found = await kent.update()
    (question,) = found.update.questions
    assert question.merge.base is not None
    assert rich_text.plain(question.merge.base.words) == WORDS[0]
    await kent.decide("s1", "theirs")
    assert await kent.words("s1") == "I decide who I live with."


async def test_a_half_finished_update_goes_on_where_it_was_left(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_say("s2", "We meet.")
    await kent.they_publish()
    await kent.decide("s1", "theirs")
    assert await kent.asked() == ["s2"]
    await kent.they_say("s3", "They listen.")
    await kent.they_publish()
    assert await kent.asked() == ["s2", "s3"]


async def test_later_decides_nothing_and_is_asked_last(kent: Version) -> None:
    for item_id in ("s1", "s2"):
        await kent.we_say(item_id, "Ours.")
        await kent.they_say(item_id, "Theirs.")
    await kent.they_publish()
    await kent.decide("s1", "later")
    found = await kent.update()
    assert [question.item_id for question in found.to_ask] == ["s2", "s1"]
    assert [question.item_id for question in found.later] == ["s1"]
    await kent.decide("s1", "theirs")
    assert await kent.asked() == ["s2"]


async def test_undoing_puts_back_words_and_reason_and_asks_again(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await kent.we_say("s1", "It is so here.", "why")
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    before = await kent.item("s1")
    await kent.decide("s1", "theirs")
    await kent.undo("s1")
    assert await kent.item("s1") == before
    assert await kent.asked() == ["s1"]
    (row,) = await decisions(kent.stage.store)
    assert row.undone_at is not None
    await kent.decide("s1", "theirs")
    assert await kent.words("s1") == "I decide."


async def test_undoing_an_addition_takes_it_back(kent: Version) -> None:
    new = statement("n1", "We have a garden.", "a1V")
    await kent.stage.edit(kent.national.id, edits.AddItem(new))
    await kent.they_publish()
    await kent.decide("n1", "theirs")
    assert await kent.words("n1") == "We have a garden."
    await kent.undo("n1")
    assert (await kent.stage.read(kent.row.id)).shown.item("n1") is None
    assert await kent.asked() == ["n1"]
    await kent.decide("n1", "theirs")
    assert await kent.words("n1") == "We have a garden."


async def test_an_answer_cannot_be_undone_twice(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    await kent.decide("s1", "theirs")
    found = await kent.update()
    (given,) = found.answered()
    undoing = Undoing(given, found.ours, Author(kent.kim.id))
    await undoing.make(kent.stage.rooms)
    with pytest.raises((AnsweredAlready, WordsChanged)):
        await undoing.make(kent.stage.rooms)


async def hide(kent: Version, item: Item, part: str) -> None:
    """Hide what this item said, with a reason."""
    wanted = Wanted(item.id, part, digest_of(item, part))
    hiding = HidingWords(kent.stage.store, kent.stage.rooms)
    await hiding.hide(await kent.stage.row(kent.row.id), wanted, "It is unkind.", kent.who)


async def unkind_words_taken_away(kent: Version) -> Item:
    """Kent takes theirs in the place of unkind words with an unkind why; returns what was there."""
    await kent.we_say("s1", "Unkind words.")
    await kent.we_say("s1", "An unkind why.", "why")
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    before = await kent.item("s1")
    # Else history would tell nothing of what came and went within one sitting.
    await kent.stage.rooms.settling.sittings.end(kent.row.id)
    await kent.decide("s1", "theirs")
    return before


@pytest.mark.parametrize("part", ["words", "why"])
async def test_hidden_words_are_not_brought_back_by_undoing(kent: Version, part: str) -> None:
    before = await unkind_words_taken_away(kent)
    seen = await kent.update()
    (given,) = seen.answered()
    if part == "why":
        # What an answer takes is the words: the why still stands, and goes when it is hidden.
        await kent.we_say("s1", "", "why")
        seen = await kent.update()
        (given,) = seen.answered()
    await hide(kent, before, part)
    assert (await kent.update()).answered() == ()
    now = await kent.item("s1")
    # Also where the page was read before they were hidden.
    with pytest.raises(AnsweredAlready, match="cannot be undone now"):
        await Undoing(given, seen.ours, Author(kent.kim.id)).make(kent.stage.rooms)
    assert await kent.item("s1") == now


async def test_words_that_are_shown_again_can_be_put_back_by_undoing(kent: Version) -> None:
    before = await unkind_words_taken_away(kent)
    await hide(kent, before, "words")
    async with kent.stage.store.reading() as session:
        hiding_id = (await session.scalars(select(HidingRow.id))).one()
    hiding = HidingWords(kent.stage.store, kent.stage.rooms)
    await hiding.show(await kent.stage.row(kent.row.id), hiding_id, kent.who)
    await kent.undo("s1")
    assert await kent.words("s1") == "Unkind words."


async def test_an_answer_keeps_whom_somebody_helped_to_give_it(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    bob = (await kent.stage.come_in("Bob", "Kent")).id
    decision = kent.answer(await kent.update(), "s1", "theirs")
    await replace(decision, author=Author(bob, kent.kim.id)).make(kent.stage.rooms)
    (row,) = await decisions(kent.stage.store)
    assert (row.person_id, row.for_id) == (bob, kent.kim.id)


async def test_words_that_changed_since_they_were_seen_are_not_overwritten(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    found = await kent.update()
    await kent.we_say("s1", "Written meanwhile.")
    before = await seq(kent.stage.store, kent.row.id)
    for choice in ("theirs", "ours", "later"):
        with pytest.raises(WordsChanged):
            await kent.answer(found, "s1", choice).make(kent.stage.rooms)
    assert await kent.words("s1") == "Written meanwhile."
    assert await seq(kent.stage.store, kent.row.id) == before
    assert await decisions(kent.stage.store) == []


async def test_a_third_edition_meanwhile_is_told_and_nothing_is_written(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    found = await kent.update()
    await kent.they_publish()
    with pytest.raises(NewerEdition):
        await kent.answer(found, "s1", "theirs").make(kent.stage.rooms)
    assert await kent.words("s1") == WORDS[0]
    assert await seq(kent.stage.store, kent.row.id) == 0
    assert await decisions(kent.stage.store) == []


async def test_of_two_answers_at_once_the_first_counts_and_the_other_is_told(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    found = await kent.update()
    done = await asyncio.gather(
        *(kent.answer(found, "s1", choice).make(kent.stage.rooms) for choice in ("ours",) * 2),
        return_exceptions=True,
    )
    assert [type(each) for each in done if each] == [AnsweredAlready]
    async with kent.stage.store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DecisionRow)) == 1


async def test_what_both_changed_to_the_same_is_never_asked(kent: Version) -> None:
    for item_id in ("s1", "s2"):
        await kent.they_say(item_id, "The same.")
    await kent.we_say("s1", "The same.")
    await kent.they_publish()
    assert await kent.asked() == ["s2"]
    await kent.decide("s2", "theirs")
    # It counts as decided from now on: what we do with it later is our own difference.
    await kent.we_say("s1", "Our own again.")
    assert await kent.asked() == []


async def test_an_addition_that_was_not_wanted_can_say_why(kent: Version) -> None:
    new = statement("n1", "We have a garden.", "a1V")
    await kent.stage.edit(kent.national.id, edits.AddItem(new))
    await kent.they_publish()
    await kent.decide("n1", "ours", "We have no garden.")
    item = await kent.item("n1")
    assert (item.left_out, rich_text.plain(item.why)) == (True, "We have no garden.")
    assert await kent.asked() == []


async def test_a_decision_is_recorded_with_what_was_chosen(kent: Version) -> None:
    await kent.they_say("s1", "I decide.")
    await kent.they_publish()
    await kent.decide("s1", "theirs")
    async with kent.stage.store.reading() as session:
        asked = select(AuditRow).where(AuditRow.what == "decided")
        (row,) = (await session.scalars(asked)).all()
    assert (row.person_id, row.group_id) == (kent.kim.id, kent.row.group_id)
    assert row.details == {"number": 2, "statements": 1, "choice": "theirs"}
