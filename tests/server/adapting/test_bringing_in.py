import random

import pytest

from server.adapting.bringing_in import Doubt, brought_in, chosen, doubtful_first, propose
from server.comparing import align
from server.comparing.align import Stance
from server.writing import charter as charters
from server.writing import rich_text
from server.writing.charter import Charter
from server.writing.position import spread
from tests.server.adapting.stage import WORDS, charter_of, statement

NATIONAL = charter_of(*WORDS)


def file_of(*words: str) -> Charter:
    """A file whose parts have ids that mean nothing."""
    places = spread(len(words))
    items = [
        statement(f"f{n}", text, place)
        for n, (text, place) in enumerate(zip(words, places, strict=True))
    ]
    return Charter("Ours", items=tuple(items))


def made(file: Charter, **choices: str | None) -> Charter:
    return brought_in(NATIONAL, file, chosen(propose(NATIONAL, file), choices))


def stances(charter: Charter) -> dict[str, Stance]:
    return {change.item_id: change.stance for change in align.compare(NATIONAL, charter).items}


def test_what_says_the_same_is_the_same_statement() -> None:
    found = propose(NATIONAL, file_of(*WORDS))
    assert [one.national_id for one in found] == ["s1", "s2", "s3", "s4", "s5"]
    assert {one.doubt for one in found} == {Doubt.SURE}


def test_a_version_that_changed_nothing_keeps_everything() -> None:
    assert set(stances(made(file_of(*WORDS))).values()) == {Stance.KEPT}


def test_a_reworded_statement_keeps_the_national_id() -> None:
    reworded = "We must meet at least four times before I move in with anybody."
    charter = made(file_of(WORDS[0], reworded, *WORDS[2:]))
    assert stances(charter)["s2"] is Stance.REWORDED
    item = charter.item("s2")
    assert item is not None
    assert rich_text.plain(item.words) == reworded


def test_what_the_file_does_not_say_was_left_out_where_it_stood() -> None:
    charter = made(file_of(WORDS[0], *WORDS[2:]))
    assert [item.id for item in charter.statements] == ["s1", "s2", "s3", "s4", "s5"]
    item = charter.item("s2")
    assert item is not None
    assert item.left_out
    assert rich_text.plain(item.words) == WORDS[1]


def test_what_is_in_no_national_statement_is_new() -> None:
    charter = made(file_of(*WORDS, "Our valley speaks Welsh and English on the bus."))
    assert stances(charter)["f5"] is Stance.ADDED


def test_a_person_who_says_otherwise_is_right() -> None:
    charter = made(file_of(*WORDS[:4], "Bank statements come to my door."), f4="s5", f0=None)
    assert stances(charter)["s5"] is Stance.REWORDED
    item = charter.item("s1")
    assert item is not None
    assert item.left_out


def test_of_two_parts_of_one_statement_the_second_was_split_off() -> None:
    charter = made(
        file_of("My carer listens to me.", "My carer asks what I think."), f0="s3", f1="s3"
    )
    first = charter.item("s3")
    assert first is not None
    assert rich_text.plain(first.words) == "My carer listens to me."
    [second] = [item for item in charter.statements if item.origins]
    assert second.origins == ("s3",)
    assert rich_text.plain(second.words) == "My carer asks what I think."


def test_a_file_without_headings_keeps_the_national_ones() -> None:
    charter = made(file_of(*WORDS))
    [heading] = charter.headings
    assert (heading.id, heading.left_out) == ("h1", False)
    assert charter.items[0] is heading


def test_a_file_without_meanings_and_pictures_is_silent_about_them() -> None:
    rich = rich_text.from_text("We meet and eat together.")
    national = Charter("N", items=(statement("s1", WORDS[0], meaning=rich, picture="house"),))
    file = file_of(WORDS[0])
    [item] = brought_in(national, file, {"f0": "s1"}).items
    assert (item.meaning, item.picture) == (rich, "house")


def test_a_file_with_meanings_says_that_this_one_has_none() -> None:
    rich = rich_text.from_text("We meet and eat together.")
    national = Charter("N", items=(statement("s1", WORDS[0], meaning=rich),))
    file = Charter(
        "F", items=(statement("f0", WORDS[0]), statement("f1", "New.", "a1", meaning=rich))
    )
    assert brought_in(national, file, {"f0": "s1"}).items[0].meaning == ()


def test_ids_that_the_file_shares_are_believed() -> None:
    file = Charter("F", items=(statement("s5", "Nothing like it at all."),))
    [one] = propose(NATIONAL, file)
    assert (one.national_id, one.doubt) == ("s5", Doubt.SURE)


def test_an_id_that_a_person_does_not_believe_is_given_up() -> None:
    file = Charter("F", items=(statement("s5", "Nothing like it at all."),))
    charter = made(file, s5=None)
    assert len([item for item in charter.items if item.id == "s5"]) == 1
    assert charters.valid(charter) == charter


def test_the_doubtful_stand_first() -> None:
    file = file_of(WORDS[0], "The bus comes on Sundays too.", "My carer asks me and listens.")
    doubts = [one.doubt for one in doubtful_first(propose(NATIONAL, file))]
    assert doubts == sorted(doubts)
    assert doubts[-1] is Doubt.SURE


@pytest.mark.parametrize("seed", range(20))
def test_every_part_is_there_once_whatever_is_chosen(seed: int) -> None:
    chance = random.Random(seed)
    words = [*WORDS, "Something new is here.", "And something else."]
    chance.shuffle(words)
    file = file_of(*words)
    ids = [None, *(item.id for item in NATIONAL.statements)]
    choices = {item.id: chance.choice(ids) for item in file.statements}
    charter = brought_in(NATIONAL, file, chosen(propose(NATIONAL, file), choices))
    said = [rich_text.plain(i.words) for i in charter.statements if not i.left_out]
    assert said == words
    assert len({item.id for item in charter.items}) == len(charter.items)
    assert {item.id for item in NATIONAL.items} <= {item.id for item in charter.items}
