from dataclasses import replace

from server.comparing import align, cards
from server.comparing.cards import Area
from server.writing.charter import Charter
from server.writing.rich_text import plain
from tests.server.comparing.places import charter

OURS = charter(
    "Ours", "# h: Home", "a: I choose.", "b: We meet 3 times.", "# d: Days", "c: My day."
)
THEIRS = charter(
    "Theirs",
    "# h: Home",
    "a: I choose.",
    "b: We meet 4 times. (We are many)",
    "# d: Days",
    "-c: My day.",
)


def shown(old: Charter, new: Charter, *, only_changes: bool = False) -> list[Area]:
    return cards.areas(align.compare(old, new), only_changes=only_changes)


def listed(areas: list[Area]) -> list[tuple[str | None, list[str]]]:
    return [
        (
            None if area.heading is None else area.heading.change.item_id,
            [card.change.item_id for card in area.cards],
        )
        for area in areas
    ]


def test_cards_stand_under_their_headings() -> None:
    assert listed(shown(OURS, THEIRS)) == [("h", ["a", "b"]), ("d", ["c"])]


def test_only_what_changed_leaves_out_what_was_kept_and_empty_headings() -> None:
    kept = replace(THEIRS, items=(*THEIRS.items[:4], OURS.items[4]))
    assert listed(shown(OURS, kept, only_changes=True)) == [("h", ["b"])]
    assert shown(OURS, OURS, only_changes=True) == []


def test_a_changed_heading_is_shown_by_itself() -> None:
    renamed = charter(
        "T", "# h: House", "a: I choose.", "b: We meet 3 times.", "# d: Days", "c: My day."
    )
    ((heading, items),) = listed(shown(OURS, renamed, only_changes=True))
    assert (heading, items) == ("h", [])


def test_statements_above_all_headings_have_none() -> None:
    bare = charter("T", "a: I choose.")
    assert listed(shown(bare, bare)) == [(None, ["a"])]


def test_a_card_says_what_changed_and_why_but_not_that_somebody_wrote_why() -> None:
    (area, _) = shown(OURS, THEIRS, only_changes=True)
    (card,) = area.cards
    assert card.sentences[0] == "We changed “3” to “4”."
    assert not any("why" in sentence for sentence in card.sentences)
    assert plain(card.why) == "We are many"
    assert card.change.new is not None
    assert card.words.new == card.change.new.words


def test_another_why_is_told() -> None:
    other = replace(
        THEIRS, items=tuple(replace(item, why=OURS.items[0].words) for item in THEIRS.items)
    )
    (area,) = (a for a in shown(THEIRS, other) if a.heading and a.heading.change.item_id == "h")
    assert any("why" in sentence for sentence in area.cards[1].sentences)


def test_what_neither_shows_is_no_card() -> None:
    hidden = charter("T", "a: I choose.", "-b: Gone.")
    assert listed(shown(hidden, hidden)) == [(None, ["a"])]


def test_forgotten_words_make_a_card_without_words() -> None:
    (area, _) = cards.areas(align.compare(OURS, THEIRS), {"b"}, only_changes=True)
    (card,) = area.cards
    assert (card.removed, card.hidden) == (True, False)
    assert not card.is_compared
    assert card.sentences == ()


def test_a_number_is_the_one_that_readers_of_the_newer_version_see() -> None:
    shorter = charter("T", "b: We meet 3 times.")
    by_id = {
        card.change.item_id: card.number for area in shown(OURS, shorter) for card in area.cards
    }
    assert by_id == {"a": 1, "b": 1, "c": 3}
