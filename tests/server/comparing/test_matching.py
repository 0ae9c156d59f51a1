import random

import pytest

from server.comparing import align, matching
from server.comparing.matching import Match
from server.comparing.passages import Passage, passages
from server.settings import bundled
from server.writing import markdown_in
from server.writing.charter import Charter

HOME = "I have a key to the front door of my home."
ASKED = "I am asked before anything about my support changes."
PETS = "I can keep a pet if everybody in the house agrees."
MONEY = "I decide how my own money is spent."


def national(*texts: str, section: str = "") -> list[Passage]:
    return [Passage(text, section, id=f"n{index}") for index, text in enumerate(texts)]


def local(*texts: str, section: str = "") -> list[Passage]:
    return [Passage(text, section) for text in texts]


def ids(matches: tuple[Match, ...]) -> list[str | None]:
    return [one.national for one in matches]


def test_what_says_the_same_is_the_same_and_sure() -> None:
    matches = matching.match(national(HOME, ASKED), local("1. " + ASKED, HOME.upper()))
    assert ids(matches) == ["n1", "n0"]
    assert all(one.sure and one.score == 1 for one in matches)


def test_reworded_statements_are_found() -> None:
    told = "Before anything about my support changes, my carer and I talk and I am asked."
    kept = "I have a key to my own front door."
    assert ids(matching.match(national(HOME, ASKED, PETS), local(told, kept))) == ["n1", "n0"]


def test_what_is_new_has_no_match() -> None:
    matches = matching.match(national(HOME, ASKED), local("We speak Welsh with each other."))
    assert matches == (Match(0),)
    assert matches[0].is_new
    assert not matches[0].sure


def test_of_repeated_texts_those_under_the_same_heading_pair() -> None:
    olds = [Passage(HOME, "Home", id="home"), Passage(HOME, "Visits", id="visits")]
    news = [Passage(HOME, "2. Visits"), Passage(HOME, "1. Home")]
    assert ids(matching.match(olds, news)) == ["visits", "home"]


def test_of_repeated_texts_in_one_section_the_first_pair_in_order() -> None:
    assert ids(matching.match(national(HOME, HOME), local(HOME, HOME, HOME)))[:2] == ["n0", "n1"]


def test_no_statement_is_the_match_of_two_parts() -> None:
    found = [i for i in ids(matching.match(national(HOME), local(HOME, HOME))) if i]
    assert found == ["n0"]


def test_headings_pair_with_headings_alone() -> None:
    olds = [Passage("Money", "Money", True, "h"), Passage("Money", "Money", False, "s")]
    assert ids(matching.match(olds, [Passage("Money")])) == ["s"]
    assert ids(matching.match(olds, [Passage("Money", "Money", True)])) == ["h"]


def section(heading: str, *texts: str, ids: str = "") -> list[Passage]:
    """A heading and what is under it; `ids` begins the ids of national ones."""
    said = [Passage(heading, heading, is_heading=True), *(Passage(t, heading) for t in texts)]
    return [
        Passage(each.text, each.section, each.is_heading, f"{ids}{at}" if ids else None)
        for at, each in enumerate(said)
    ]


def test_a_heading_is_known_by_what_is_under_it() -> None:
    olds = section("My choices", HOME, ASKED, PETS, ids="a") + section("Money", MONEY, ids="b")
    news = section("Cash", MONEY) + section("I am in charge", HOME, PETS, ASKED)
    matches = matching.match(olds, news)
    assert (matches[2].national, matches[2].sure) == ("a0", False)
    # One statement is not enough to tell a heading by.
    assert matches[0].is_new


def test_what_was_rewritten_at_its_place_is_found_by_its_neighbour() -> None:
    rewritten = "What I buy is for me to decide."
    olds = section("Home", HOME, MONEY, ASKED, ids="a")
    matches = matching.match(olds, section("1. Home", HOME, rewritten, ASKED))
    assert (matches[2].national, matches[2].sure) == ("a2", False)
    elsewhere = matching.match(olds, section("1. Home", HOME, ASKED, PETS, rewritten))
    assert elsewhere[4].is_new


def test_what_was_split_off_is_offered_as_also_from_the_same() -> None:
    both = HOME + " " + MONEY
    matches = matching.match(national(both, PETS), local(MONEY, HOME, PETS))
    assert {(one.national, one.also_from) for one in matches[:2]} == {
        ("n0", ()),
        (None, ("n0",)),
    }


def test_what_was_joined_is_offered_as_also_from_both() -> None:
    matches = matching.match(national(HOME, MONEY, PETS), local(HOME + " " + MONEY))
    assert {matches[0].national, *matches[0].also_from} == {"n0", "n1"}


@pytest.mark.parametrize(
    ("olds", "news"), [([], []), ([], ["x y"]), (["x y"], []), ([""], ["", "..."])]
)
def test_nothing_matches_nothing(olds: list[str], news: list[str]) -> None:
    assert matching.match(national(*olds), local(*news)) == tuple(map(Match, range(len(news))))


def test_ids_of_national_passages_are_needed() -> None:
    with pytest.raises(ValueError, match="without an id"):
        matching.match([Passage(HOME)], [Passage(HOME)])


@pytest.mark.parametrize("seed", range(50))
def test_each_part_has_one_match_and_each_statement_at_most_one(seed: int) -> None:
    chance = random.Random(seed)
    words = ["home", "key", "door", "money", "pet", "asked", "change", "carer", "visit", "plan"]

    def texts() -> list[str]:
        return [" ".join(chance.choices(words, k=chance.randrange(6))) for _ in range(12)]

    matches = matching.match(national(*texts()), local(*texts()))
    assert [one.local for one in matches] == list(range(12)), seed
    taken = [one.national for one in matches if one.national]
    assert len(taken) == len(set(taken)), seed
    assert all(one.score > 0 for one in matches if one.national), seed
    assert all(one.national not in one.also_from for one in matches), seed


def charter(name: str) -> Charter:
    return markdown_in.parse(bundled("charters", *name.split("/")).read_bytes())


def without_ids(given: Charter) -> Charter:
    """The same texts as somebody would type them anew: with ids of their own."""
    said = "\n\n".join(
        ("# " if one.is_heading else "") + one.text.replace("\n", " ") for one in passages(given)
    )
    return markdown_in.parse(f"---\ntitle: Ours\n---\n{said}".encode())


def test_the_same_text_without_ids_gets_them_all_back() -> None:
    whole = charter("national.md")
    again = matching.identified(whole, without_ids(whole))
    assert [item.id for item in again.items] == [item.id for item in whole.items]


def test_ids_that_both_have_are_believed() -> None:
    whole, ours = charter("national.md"), charter("local/thornholt.md")
    assert matching.identified(whole, ours) == ours


def test_a_local_version_without_ids_compares_as_the_one_with_ids() -> None:
    whole, ours = charter("national.md"), charter("local/high-fells.md")
    told = align.compare(whole, matching.identified(whole, without_ids(ours))).by_id
    truth = align.compare(whole, ours).by_id
    left_out = {i for i, change in truth.items() if change.stance is align.Stance.LEFT_OUT}
    assert {i for i, one in told.items() if one.stance is align.Stance.LEFT_OUT} == left_out


def test_most_reworded_statements_of_our_own_local_versions_are_found() -> None:
    whole = passages(charter("national.md"))
    said, known = {(p.is_heading, p.said) for p in whole}, {p.id for p in whole}
    offered, right, old = 0, 0, 0
    for path in sorted(bundled("charters", "local").glob("*.md")):
        ours = passages(charter(f"local/{path.name}"))
        for one in matching.match(whole, ours):
            part = ours[one.local]
            if (part.is_heading, part.said) not in said:
                offered += not one.is_new
                right += one.national == part.id
                old += part.id in known
    assert right >= 0.9 * old, (right, old)
    assert right >= 0.9 * offered, (right, offered)
