from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc

from server.adapting.answers import Edition, keep_ours, may_mix, take_mix, take_theirs
from server.adapting.taking import Taking, Wanted
from server.comparing.updates import Question, questions
from server.writing import document, rich_text
from server.writing.charter import Charter, Item, in_order
from server.writing.position import between
from tests.server.adapting.stage import WORDS, charter_of, statement
from tests.server.adapting.test_stances import with_items

BASE = charter_of(*WORDS)
WHY = rich_text.from_text("It is different here.")


def item(item_id: str, charter: Charter = BASE) -> Item:
    found = charter.item(item_id)
    assert found is not None
    return found


def reworded(item_id: str, words: str, **more: object) -> Item:
    return replace(item(item_id), words=rich_text.from_text(words), **more)  # type: ignore[arg-type] # any field


def the_question(ours: Charter, theirs: Charter) -> Question:
    (question,) = questions(BASE, ours, theirs).questions
    return question


def after(ours: Charter, *wanted: Wanted) -> Charter:
    """Our Charter once this is made in its document."""
    doc: Doc[Any] = document.opened(document.new_state(ours))
    Taking(wanted)(doc)
    return document.read(doc).charter


def shown(charter: Charter) -> Sequence[tuple[str, str]]:
    return [(each.id, rich_text.plain(each.words)) for each in charter.items if not each.left_out]


def test_taking_theirs_takes_words_meaning_and_picture_and_drops_our_reason() -> None:
    theirs = with_items(
        BASE, reworded("s1", "I decide.", meaning=rich_text.from_text("Me."), picture="house")
    )
    ours = with_items(BASE, reworded("s1", "You choose.", why=WHY))
    made = after(ours, *take_theirs(the_question(ours, theirs), Edition(theirs)))
    assert made == theirs


def test_taking_what_we_never_touched_keeps_a_reason_that_stood_there() -> None:
    theirs = with_items(BASE, reworded("s1", "I decide."))
    ours = with_items(BASE, replace(item("s1"), why=WHY))
    made = after(ours, *take_theirs(the_question(ours, theirs), Edition(theirs)))
    assert item("s1", made) == replace(item("s1", theirs), why=WHY)


def test_keeping_ours_changes_no_words_and_can_say_why() -> None:
    theirs = with_items(BASE, reworded("s1", "I decide."))
    ours = with_items(BASE, reworded("s1", "You choose."))
    question = the_question(ours, theirs)
    (wanted,) = keep_ours(question, Edition(theirs), None)
    assert not wanted.is_edit
    made = after(ours, *keep_ours(question, Edition(theirs), WHY))
    assert item("s1", made) == replace(item("s1", ours), why=WHY)


def test_what_they_added_and_we_do_not_want_is_left_out_with_a_reason() -> None:
    new = statement("n1", "We have a garden.", "a1V")
    theirs = with_items(BASE, new)
    made = after(BASE, *keep_ours(the_question(BASE, theirs), Edition(theirs), WHY))
    assert shown(made) == shown(BASE)
    assert item("n1", made) == replace(
        new, left_out=True, why=WHY, position=item("n1", made).position
    )
    assert [each.id for each in made.items] == [each.id for each in theirs.items]


def test_what_they_took_out_is_left_out_or_kept() -> None:
    theirs = replace(BASE, items=tuple(each for each in BASE.items if each.id != "s2"))
    ours = with_items(BASE, reworded("s2", "We meet.", why=WHY))
    question = the_question(ours, theirs)
    assert item("s2", after(ours, *take_theirs(question, Edition(theirs)))).left_out
    assert after(ours, *keep_ours(question, Edition(theirs), None)) == ours


def test_a_mix_is_offered_only_where_different_words_changed_and_says_what_people_make_of_it() -> (
    None
):
    base_words = WORDS[1]
    theirs = with_items(BASE, reworded("s2", base_words.replace("I move in", "anybody moves in")))
    ours = with_items(BASE, reworded("s2", base_words.replace("We", "All of us")))
    question = the_question(ours, theirs)
    assert may_mix(question)
    result = question.merge.result
    assert result is not None
    assert rich_text.plain(result.words) == (
        "All of us must meet at least three times before anybody moves in."
    )
    edited = rich_text.from_text("All of us meet three times first.")
    made = after(ours, *take_mix(question, Edition(theirs), edited, (), WHY))
    assert item("s2", made) == replace(item("s2"), words=edited, why=WHY)


def test_no_mix_is_offered_where_the_same_words_changed() -> None:
    theirs = with_items(BASE, reworded("s2", WORDS[1].replace("three", "four")))
    ours = with_items(BASE, reworded("s2", WORDS[1].replace("three", "two")))
    question = the_question(ours, theirs)
    assert not may_mix(question)
    with pytest.raises(ValueError, match="no mix"):
        take_mix(question, Edition(theirs), (), (), None)


def test_what_they_split_is_taken_or_kept_as_one() -> None:
    first = reworded("s2", "We must meet at least three times.")
    second = statement("s2b", "That is before I move in.", "a2V", origins=("s2",))
    theirs = with_items(BASE, first, second)
    ours = with_items(BASE, reworded("s2", "We meet three times before I move."))
    question = the_question(ours, theirs)
    assert question.item_ids == ("s2", "s2b")
    assert shown(after(ours, *take_theirs(question, Edition(theirs)))) == shown(theirs)
    kept = after(ours, *keep_ours(question, Edition(theirs), WHY))
    assert shown(kept) == shown(ours)
    assert item("s2b", kept).why == WHY


def test_their_place_is_taken_where_they_moved_it_and_ours_stays_where_we_did() -> None:
    theirs = with_items(BASE, replace(item("s1"), position="a9"))
    made = after(BASE, *take_theirs(the_question(BASE, theirs), Edition(theirs)))
    assert shown(made) == shown(theirs)
    moved = with_items(BASE, replace(item("s5"), position="a0V"))
    edition = Edition(theirs, astray={"s5"})
    made = after(moved, *take_theirs(the_question(moved, theirs), edition))
    assert [each.id for each in made.items] == ["h1", "s5", "s2", "s3", "s4", "s1"]


def changed(draw: Callable[..., Any], charter: Charter, name: str) -> Charter:
    """What a group may make of a Charter: words, places, additions, and statements gone."""
    items = list(charter.items)
    for number in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(items) - 1))
        match draw(st.sampled_from(["words", "move", "add", "leave out", "put back"])):
            case "words":
                text = rich_text.from_text(f"{name} says this now, change {number}.")
                items[at] = replace(items[at], words=text)
            case "move":
                moved = items.pop(at)
                items.insert(draw(st.integers(0, len(items))), moved)
            case "add":
                items.insert(at, statement(f"{name}{number}", f"{name} added this."))
            case "leave out":
                items[at] = replace(items[at], left_out=True)
            case "put back":
                items[at] = replace(items[at], left_out=False)
    place: str | None = None
    placed = {}
    for each in items:
        place = between(place, None)
        placed[each.id] = replace(each, position=place)
    return replace(charter, items=in_order(placed.values()))


@st.composite
def editions(draw: st.DrawFn) -> Charter:
    """A newer national edition; statements that it has no more may be gone from it."""
    edition = changed(draw, BASE, "They")
    gone = draw(st.sets(st.sampled_from([each.id for each in BASE.statements]), max_size=2))
    return replace(edition, items=tuple(each for each in edition.items if each.id not in gone))


@settings(max_examples=150)
@given(editions(), st.booleans())
def test_taking_a_whole_update_gives_the_edition(theirs: Charter, together: bool) -> None:
    found = questions(BASE, BASE, theirs).questions
    ours = BASE
    if together:
        ours = after(ours, *(each for q in found for each in take_theirs(q, Edition(theirs))))
    else:
        # One at a time, each asked again of what there is by then.
        for question in found:
            now = questions(BASE, ours, theirs).questions
            again = next((each for each in now if each.item_id == question.item_id), None)
            if again is not None:
                ours = after(ours, *take_theirs(again, Edition(theirs)))
    assert shown(ours) == shown(theirs)


class Group:
    """A version through several editions: what it says, and on which edition it decided what."""

    def __init__(self) -> None:
        self.ours = BASE
        self.decided: dict[str, Charter] = {}

    def asked(self, theirs: Charter) -> Sequence[Question]:
        return questions(BASE, self.ours, theirs, self.decided).questions

    def answer(self, question: Question, theirs: Charter, choice: str) -> None:
        match choice:
            case "theirs":
                wanted = take_theirs(question, Edition(theirs))
            case "mix" if may_mix(question):
                result = question.merge.result
                assert result is not None
                said = (result.words, result.meaning, None)
                wanted = take_mix(question, Edition(theirs), *said)
            case _:
                wanted = keep_ours(question, Edition(theirs), WHY)
        self.ours = after(self.ours, *wanted)
        self.decided |= dict.fromkeys(question.item_ids, theirs)


@settings(max_examples=100)
@given(st.data())
def test_nothing_is_asked_twice_and_what_is_kept_stays(
    data: st.DataObject,
) -> None:
    group, theirs = Group(), BASE
    for number in range(3):
        theirs = changed(data.draw, theirs, f"They{number}")
        group.ours = changed(data.draw, group.ours, f"We{number}")
        before = {each.id: each for each in group.ours.items}
        answers: dict[str, str] = {}
        while found := group.asked(theirs):
            question = found[0]
            choice = data.draw(st.sampled_from(["theirs", "ours", "mix"]))
            group.answer(question, theirs, choice)
            assert not set(question.item_ids) & answers.keys(), "asked twice"
            answers |= dict.fromkeys(question.item_ids, choice)
        now = {each.id: each for each in group.ours.items}
        assert before.keys() <= now.keys()
        for item_id, item in before.items():
            if answers.get(item_id, "ours") == "ours":
                kept = replace(now[item_id], why=item.why)
                # Where it stands is told by its neighbours, not by the string.
                assert replace(kept, position=item.position) == item
        for item_id, choice in answers.items():
            there = theirs.item(item_id)
            if choice == "theirs" and there is not None and not there.left_out:
                assert now[item_id].words == there.words
                assert not now[item_id].left_out
