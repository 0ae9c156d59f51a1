from server.comparing import everywhere, matrix
from server.comparing.align import Part
from server.comparing.everywhere import Everywhere, Said, Words
from server.comparing.grouping import Group
from server.comparing.matrix import Difference, Entry, State, Version, Worked
from server.writing.rich_text import from_text

NATIONAL = [Entry("h", "h", is_heading=True), Entry("a", "A"), Entry("b", "B")]
TEXTS = {
    "A": "I choose who I live with, and when I see my friends in my own home.",
    "A2": "I choose who I live with and when I see my friends in my own home.",
    "A3": "Nobody moves in without me.",
    "OLD": "I choose who lives here.",
    "X": "We have a choir. It sings on Fridays, and everybody may come.",
    "Y": "Our choir sings on Fridays. Everybody may come.",
}
WHY = from_text("It is so.")


def stored(text: str, *, removed: bool = False) -> Words:
    return Words(from_text("" if removed else text), (), None, removed)


WORDS = {digest: stored(text) for digest, text in TEXTS.items()}


def version(a: str, *more: str, left_out: bool = False, old: bool = False) -> Version:
    entries = [
        NATIONAL[0],
        Entry("a", a, left_out, has_why=a == "A3"),
        *(Entry(each.lower(), each) for each in more),
    ]
    return Version(entries, [NATIONAL[0], Entry("a", "OLD")] if old else None)


VERSIONS = [
    version("A"),
    version("A2"),
    version("A3"),
    version("A3", "X"),
    version("A", "Y", left_out=True),
    version("OLD", old=True),
]


def there(item_id: str, said: list[Said], words: dict[str, Words] | None = None) -> Everywhere:
    made = matrix.table(NATIONAL, VERSIONS, lambda _a, _b: Difference(frozenset({Part.WORDS}), 0.5))
    asked = everywhere.asked(Worked(made, (Group((0, 1)),)), item_id)
    assert asked is not None
    return everywhere.gathered(asked, said, words or WORDS)


SAID = [
    Said(0, "a", "A", False, ()),
    Said(1, "a", "A2", False, ()),
    Said(2, "a", "A3", False, WHY),
    Said(3, "a", "A3", False, None),
    Said(4, "a", "A", True, WHY),
    Said(5, "a", "OLD", False, ()),
]


def test_wordings_are_grouped_those_of_most_places_first_and_earlier_ones_last() -> None:
    found = there("a", SAID)
    assert [[voice.place for voice in group.voices] for group in found.groups] == [[2, 3], [1], [5]]
    assert found.groups[2].first.voices[0].cell.state is State.EARLIER


def test_each_place_says_why_and_a_forgotten_why_is_told_from_none() -> None:
    (first, second) = there("a", SAID).groups[0].first.voices
    assert (first.why, second.why) == (WHY, None)
    (left_out,) = there("a", SAID).left_out
    assert (left_out.place, left_out.why) == (4, WHY)


def test_a_wording_says_what_is_different_in_it() -> None:
    wording = there("a", SAID).groups[0].first
    assert "We said this in new words." in wording.sentences
    assert wording.changes is not None


def test_of_forgotten_words_nothing_is_said() -> None:
    words = {**WORDS, "A3": stored("", removed=True)}
    wording = next(g.first for g in there("a", SAID, words).groups if g.first.words.removed)
    assert (wording.changes, wording.sentences) == (None, ())


def test_places_are_counted_by_what_they_did() -> None:
    found = there("a", SAID)
    assert dict(found.counts) == {
        State.KEPT: 1,
        State.REWORDED: 3,
        State.LEFT_OUT: 1,
        State.EARLIER: 1,
    }
    assert [voice.place for voice in found.kept] == [0]
    assert (found.number, found.area) == (1, "h")


def test_what_places_added_about_one_thing_is_found_by_any_of_its_ids() -> None:
    said = [Said(3, "x", "X", False, WHY), Said(4, "y", "Y", False, ())]
    for item_id in ("x", "y"):
        found = there(item_id, said)
        assert (found.national, found.number) == (None, None)
        assert sorted(v.place for group in found.groups for v in group.voices) == [3, 4]
        assert dict(found.counts) == {State.ADDED: 2}


def test_an_item_that_nobody_shows_is_not_there() -> None:
    made = matrix.table(NATIONAL, [], lambda _a, _b: Difference(frozenset(), 1.0))
    assert everywhere.asked(Worked(made, ()), "nothing") is None
    assert everywhere.asked(Worked(made, ()), "h") is None


def test_rows_for_a_spreadsheet_begin_with_the_national_words() -> None:
    rows = list(there("a", SAID).rows(["P0", "P1", "P2", "P3", "P4", "P5"]))
    assert rows[1][3] == TEXTS["A"]
    assert rows[4] == ("P2", "Reworded", "5 of 10 words the same", TEXTS["A3"], "", "It is so.")
    assert rows[6][:2] == ("P4", "Left out")
    assert rows[6][3] == ""


def test_data_names_places_by_their_numbers() -> None:
    found = there("a", SAID).json()
    assert found["places"][2]["why"] == "It is so."
    assert found["groups"] == [[2, 3], [1], [5]]
    assert found["national"]["words"] == [{"paragraph": [{"text": TEXTS["A"]}]}]
