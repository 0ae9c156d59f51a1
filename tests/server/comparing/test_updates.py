import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from server.comparing import align
from server.comparing.merge import Aspect, Outcome, is_there
from server.comparing.updates import Event, Need, Question, Update, questions
from server.writing import rich_text
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import RichText
from tests.corpora import updates
from tests.server.comparing import rewordings


def said(text: str) -> RichText:
    return rich_text.from_text(text)


def statement(item_id: str, words: str = "") -> Item:
    return Item(item_id, Kind.STATEMENT, "a0", said(words or f"These are the words of {item_id}."))


def charter(*items: Item) -> Charter:
    return rewordings.placed(list(items))


A, B, C, D = (statement(name) for name in "abcd")
BASE = charter(A, B, C, D)
A2 = statement("a", "These are the new words of a.")
A3 = statement("a", "These are the newest words of a.")
OUR_A = statement("a", "Nothing like it.")


def told(update: Update) -> list[tuple[str, Event, Need]]:
    return [(question.item_id, question.event, question.need) for question in update.questions]


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (charter(A2, B, C, D), ("a", Event.REWORDED)),
        (charter(replace(A, meaning=said("So.")), B, C, D), ("a", Event.REWORDED)),
        (charter(replace(A, picture="tree"), B, C, D), ("a", Event.REWORDED)),
        (charter(A, B, statement("e"), C, D), ("e", Event.ADDED)),
        (charter(A, C, D), ("b", Event.REMOVED)),
        (charter(A, replace(B, left_out=True), C, D), ("b", Event.REMOVED)),
        (charter(A, C, D, B), ("b", Event.MOVED)),
    ],
)
def test_what_they_did_with_a_statement_we_never_touched_can_be_taken(
    theirs: Charter, expected: tuple[str, Event]
) -> None:
    assert told(questions(BASE, BASE, theirs)) == [(*expected, Need.TAKE)]


@pytest.mark.parametrize(
    ("ours", "theirs", "event"),
    [
        (OUR_A, A2, Event.REWORDED),
        (replace(A, meaning=said("So.")), A2, Event.REWORDED),
        (replace(A, left_out=True), A2, Event.REWORDED),
        (None, A2, Event.REWORDED),
        (OUR_A, replace(A, left_out=True), Event.REMOVED),
        (OUR_A, None, Event.REMOVED),
        (replace(A, picture="cup"), replace(A, picture="tree"), Event.REWORDED),
    ],
)
def test_what_both_changed_is_asked(ours: Item | None, theirs: Item | None, event: Event) -> None:
    here = charter(*(item for item in (ours, B, C, D) if item))
    there = charter(*(item for item in (theirs, B, C, D) if item))
    assert told(questions(BASE, here, there)) == [("a", event, Need.ASK)]


def test_what_they_moved_can_be_taken_though_we_reworded_it() -> None:
    update = questions(BASE, charter(OUR_A, B, C, D), charter(B, C, D, A))
    assert told(update) == [("a", Event.MOVED, Need.TAKE)]


def test_what_both_moved_to_different_places_is_asked() -> None:
    update = questions(BASE, charter(B, C, A, D), charter(B, C, D, A))
    assert told(update) == [("a", Event.MOVED, Need.ASK)]
    assert update.questions[0].merge.place is Outcome.CHOOSE


def test_what_both_changed_alike_is_agreed_and_not_asked() -> None:
    update = questions(BASE, charter(A2, B, C), charter(A2, B, C, replace(D, left_out=True)))
    assert update == Update((), ("a", "d"))


def test_what_we_added_or_changed_alone_is_not_asked() -> None:
    assert questions(BASE, charter(OUR_A, statement("x"), C, B), BASE).questions == ()


def test_questions_come_in_their_reading_order_and_gone_ones_where_they_stood() -> None:
    theirs = charter(statement("e"), A2, C, statement("d", "Other words of d."))
    assert [q.item_id for q in questions(BASE, BASE, theirs).questions] == ["e", "a", "b", "d"]


# Splitting and joining


FIRST, SECOND = statement("a", "These are the words."), replace(statement("a2"), origins=("a",))
JOINED = replace(
    statement("a", "These are the words of a. These are the words of b."), origins=("b",)
)


def test_a_split_statement_is_one_question_with_its_parts() -> None:
    update = questions(BASE, BASE, charter(FIRST, SECOND, B, C, D))
    assert told(update) == [("a", Event.SPLIT, Need.TAKE)]
    assert update.questions[0].item_ids == ("a", "a2")


def test_a_split_is_asked_where_we_reworded_the_statement() -> None:
    update = questions(BASE, charter(OUR_A, B, C, D), charter(FIRST, SECOND, B, C, D))
    assert told(update) == [("a", Event.SPLIT, Need.ASK)]


@pytest.mark.parametrize("gone", [(), (replace(B, left_out=True),)])
def test_a_join_is_one_question_asked_where_we_reworded_either(gone: tuple[Item, ...]) -> None:
    theirs = charter(JOINED, *gone, C, D)
    update = questions(BASE, BASE, theirs)
    assert told(update) == [("a", Event.JOINED, Need.TAKE)]
    assert update.questions[0].item_ids == ("a", "b")
    ours = charter(A, statement("b", "Nothing like it."), C, D)
    assert told(questions(BASE, ours, theirs)) == [("a", Event.JOINED, Need.ASK)]


# Since the last decision


def test_keeping_ours_is_not_asked_again_until_the_national_words_change_again() -> None:
    ours, second = charter(OUR_A, B, C, D), charter(A2, B, C, D)
    assert questions(BASE, ours, second, {"a": second}).questions == ()
    third = charter(A3, B, C, D)
    again = questions(BASE, ours, third, {"a": second})
    assert told(again) == [("a", Event.REWORDED, Need.ASK)]
    assert again.questions[0].merge.base == second.item("a")


def test_the_base_is_each_statements_own_when_editions_were_skipped() -> None:
    second = charter(A2, statement("b", "Second words of b."), C, D)
    third = charter(A3, statement("b", "Third words of b."), C, D)
    ours = charter(A2, B, C, D)
    update = questions(BASE, ours, third, {"a": second})
    assert told(update) == [("a", Event.REWORDED, Need.TAKE), ("b", Event.REWORDED, Need.TAKE)]
    bases = {question.item_id: question.merge.base for question in update.questions}
    assert bases == {"a": second.item("a"), "b": BASE.item("b")}


def test_an_addition_that_we_did_not_want_is_not_asked_again() -> None:
    second = charter(A, B, C, D, statement("e"))
    assert questions(BASE, BASE, second, {"e": second}).questions == ()
    third = charter(A, B, C, D, statement("e", "Better words."))
    update = questions(BASE, BASE, third, {"e": second})
    assert told(update) == [("e", Event.REWORDED, Need.ASK)]


def test_a_move_counts_from_the_edition_of_the_decision() -> None:
    second = charter(B, C, D, A)
    assert questions(BASE, BASE, second, {"a": second}).questions == ()


# By seeded chance


def taken(ours: Charter, theirs: Charter, taking: Iterable[Question]) -> Charter:
    """Our version after taking what they have, one question after the other."""
    items = {item.id: item for item in ours.items}
    order = [item.id for item in ours.items]
    ahead = [item.id for item in theirs.items if is_there(item)]
    for merge in (merge for question in taking for merge in question.merges):
        item_id, item = merge.item_id, merge.theirs
        if item is None or item.left_out:
            if item_id in items:
                items[item_id] = replace(items[item_id], left_out=True)
            continue
        if item_id not in items or merge.place is not Outcome.SAME or not is_there(merge.ours):
            order = [other for other in order if other != item_id]
            before = [other for other in ahead[: ahead.index(item_id)] if other in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, item_id)
        items[item_id] = item
    return rewordings.placed([items[item_id] for item_id in order])


def seen(of: Charter) -> list[tuple[str, RichText, RichText, str | None]]:
    return [(i.id, i.words, i.meaning, i.picture) for i in of.items if not i.left_out]


by_chance = pytest.mark.parametrize("seed", range(25))


@by_chance
def test_nothing_is_asked_where_nothing_national_changed(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    ours = rewordings.changed(chance, base, new="o")
    assert questions(base, ours, base) == Update((), ())
    theirs = rewordings.changed(chance, base)
    national = align.compare(base, theirs)
    for question in questions(base, ours, theirs).questions:
        assert any(national.by_id[item_id].is_change for item_id in question.item_ids)


@by_chance
def test_taking_a_whole_update_gives_the_national_editions_words(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    theirs = rewordings.changed(chance, base)
    update = questions(base, base, theirs)
    assert update.to_ask == ()
    assert seen(taken(base, theirs, update.questions)) == seen(theirs)


@by_chance
def test_taking_all_into_a_changed_version_gives_their_words_where_they_changed(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    ours = rewordings.changed(chance, base, new="o")
    theirs = rewordings.changed(chance, base)
    update = questions(base, ours, theirs)
    after = taken(ours, theirs, update.questions)
    asked = {item_id for question in update.questions for item_id in question.item_ids}
    says = {each[0]: each for each in seen(after)}
    should = {each[0]: each for each in seen(theirs)}
    had = {each[0]: each for each in seen(ours)}
    for item_id in says.keys() | should.keys() | had.keys():
        expected = should if item_id in asked else had
        assert says.get(item_id) == expected.get(item_id)
    decided = dict.fromkeys((*asked, *update.agreed), theirs)
    assert questions(base, after, theirs, decided).questions == ()


@by_chance
def test_keeping_ours_asks_again_only_what_changed_again(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    ours = rewordings.changed(chance, base, new="o")
    second = rewordings.changed(chance, base)
    update = questions(base, ours, second)
    ids = [item_id for question in update.questions for item_id in question.item_ids]
    decided = dict.fromkeys((*ids, *update.agreed), second)
    assert questions(base, ours, second, decided) == Update((), ())
    third = rewordings.changed(chance, second, new="m")
    again = align.compare(second, third)
    for question in questions(base, ours, third, decided).questions:
        for merge in question.merges:
            if merge.item_id in decided:
                assert again.by_id[merge.item_id].is_change or again.by_id[merge.item_id].moved


@by_chance
def test_each_statement_is_in_one_question_and_asked_ones_meet_a_change_of_ours(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    ours = rewordings.changed(chance, base, new="o")
    theirs = rewordings.changed(chance, base)
    update = questions(base, ours, theirs)
    ids = [item_id for question in update.questions for item_id in question.item_ids]
    assert len(ids) == len(set(ids))
    assert not set(ids) & set(update.agreed)
    for question in update.to_ask:
        assert any(merge.changed_here for merge in question.merges)
    for question in update.to_take:
        for merge in question.merges:
            assert not merge.changed_here - {Aspect.PLACE} or merge.changed_there == {Aspect.PLACE}


# Real texts


def test_a_small_update_of_real_texts_asks_far_less_than_a_line_based_merge() -> None:
    found = list(updates.results(updates.UPDATES["small"]))
    assert len(found) >= 5
    asked, conflicts = (sum(each.asked for each in found), sum(each.conflicts for each in found))
    assert asked * 3 <= conflicts


def test_a_large_update_of_real_texts_asks_only_what_both_sides_changed() -> None:
    count = 0
    for _, text, charters in updates.triples(updates.UPDATES["large"]):
        update = updates.asked(*charters)
        for question in update.to_ask:
            assert any(merge.changed_here for merge in question.merges), text.name
            assert any(merge.changed_there for merge in question.merges), text.name
            count += 1
    assert count
