from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.live import history_view as view
from server.writing.charter import Item, Kind
from server.writing.diary import Deed
from server.writing.history import Change, Diary, Earlier, Entry, Removal
from server.writing.rich_text import from_text
from server.writing.versions import Version

AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ZONE = "Europe/London"
S = Kind.STATEMENT


def entry(at: datetime, name: str = "Meg") -> Entry:
    deeds = {(S, Deed.CHANGED): 4, (S, Deed.ADDED): 1}
    return Entry(name, at - timedelta(minutes=5), at, True, (name, "Ben"), deeds)


def version(text: str, position: str = "a0", item_id: str = "a") -> Version:
    return Version(Item(item_id, S, position, from_text(text)), text)


def test_sittings_stand_under_their_days_with_what_was_forgotten_then() -> None:
    removed = Removal("a", "words", "1", AT - timedelta(days=2), "Olwen")
    found = Diary(
        (entry(AT), entry(AT - timedelta(hours=1)), entry(AT - timedelta(days=1))),
        (removed, replace(removed, digest="2")),
        1,
        1,
    )
    days = view.days(found, "en-GB", ZONE)
    assert [day.name for day in days] == [
        "Tuesday 3 November 2026",
        "Monday 2 November 2026",
        "Sunday 1 November 2026",
    ]
    assert [len(day.sittings) for day in days] == [2, 1, 0]
    # One press forgot both.
    assert [len(day.removals) for day in days] == [0, 0, 1]
    assert days[0].sittings[0].sentences == ("Meg and Ben changed 4 statements and added 1.",)


def test_days_and_hours_are_those_of_the_people_and_not_of_the_server() -> None:
    # Half past eleven in the evening in London is the next day for those in Auckland.
    summer = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    removed = Removal("a", "words", "1", summer, "Olwen")
    found = Diary((entry(summer),), (removed,), 1, 1)
    (day,) = view.days(found, "en", ZONE)
    assert (day.name, day.sittings[0].times) == ("Tuesday 14 July 2026", ("23:25", "23:30"))
    assert len(day.removals) == 1
    (day,) = view.days(found, "en", "Pacific/Auckland")
    assert (day.name, day.sittings[0].times) == ("Wednesday 15 July 2026", ("10:25", "10:30"))
    assert view.day(summer, "en", "Pacific/Auckland") == "Wednesday 15 July 2026"
    assert view.moment(summer, "en", ZONE) == "Tuesday 14 July 2026, 23:30"


def test_a_sitting_over_midnight_stands_under_its_last_day_and_names_the_first() -> None:
    after = datetime(2026, 7, 14, 23, 3, tzinfo=UTC)
    (day,) = view.days(Diary((entry(after),), (), 1, 1), "en", ZONE)
    assert day.name == "Wednesday 15 July 2026"
    assert day.sittings[0].times == ("Tuesday 14 July 2026, 23:58", "00:03")
    # Where that was before midnight it is one evening.
    (day,) = view.days(Diary((entry(after),), (), 1, 1), "en", "UTC")
    assert (day.name, day.sittings[0].times) == ("Tuesday 14 July 2026", ("22:58", "23:03"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (version("I go."), version("I come and go."), "We added “come and”."),
        (None, version("I go."), "We added this."),
        (version("I go."), None, "We left this out."),
        (version("I go.", "b0"), version("I go.", "a0"), "This moved up."),
        (version("I go.", "a0"), version("I go.", "b0"), "This moved down."),
    ],
)
def test_a_change_is_told_in_sentences(
    before: Version | None, after: Version | None, told: str
) -> None:
    (touched,) = view.cards([Change("a", before, after, ("Meg", "Ben"))], {"a": 4}, "en")
    assert told in touched.card.sentences
    assert touched.persons == "Meg and Ben"
    assert touched.card.number == 4


def test_what_nobody_sees_is_no_card() -> None:
    gone = version("I go.")
    gone = replace(gone, item=replace(gone.item, left_out=True))
    assert view.cards([Change("a", None, gone, ()), Change("b", None, None, ())], {}, "en") == []


def test_forgotten_words_are_not_compared() -> None:
    removed = Version(Item("a", S, "a0"), "1", words_removed=True)
    (touched,) = view.cards([Change("a", removed, version("I go."), ())], {}, "en")
    assert touched.card.removed
    assert touched.card.sentences == ()


def test_each_version_is_shown_once_and_the_present_one_is_not_put_back() -> None:
    now = version("Two.")
    said = [
        Earlier("3-after", version("Two."), AT, None, ("Meg",)),
        Earlier("2-after", version("One."), AT - timedelta(days=1), AT, ("Ben",)),
        Earlier("1-after", version("Two."), AT - timedelta(days=2), AT - timedelta(days=1), ()),
        Earlier("1-before", Version(Item("a", S, "a0"), "0", words_removed=True), None, AT, ()),
    ]
    told = view.versions(said, now, "en", ZONE)
    assert [one.earlier.key for one in told] == ["3-after", "2-after", "1-before"]
    assert [one.is_now for one in told] == [True, False, False]
    assert [one.may_put_back for one in told] == [False, True, False]
    assert told[1].until == view.moment(AT, "en", ZONE)
    assert view.moment(AT, "en", ZONE).startswith("Tuesday 3 November 2026, ")
    assert told[2].since is None
