from dataclasses import dataclass
from typing import Any

import pytest

from server.live.presence import LONGEST, SILENCE, WRITING, Entry, Identity, Presence, signed
from server.people.permits import Helped, Role, Who

ANN = Identity("p-ann", "Ann", None)
BEN = Identity("p-ben", "Ben", "bird")
ANNS_USER = {"id": "p-ann", "name": "Ann", "picture": None}


def says(client_id: int, clock: int, **state: Any) -> list[Entry]:
    return [Entry(client_id, clock, state)]


def told(presence: Presence) -> list[tuple[int, int, dict[str, Any] | None]]:
    return [(entry.client_id, entry.clock, entry.state) for entry in presence.take_changes().all]


def test_a_name_comes_from_the_session_and_never_from_the_page() -> None:
    said = {"user": {"id": "p-ben", "name": "Ben"}, "writing": "s1"}
    assert signed(said, ANN) == {"user": ANNS_USER, "writing": "s1"}


def test_what_a_page_may_not_say_is_dropped() -> None:
    said = {"writing": "s1", "part": "why", "typing": 1, "cursor": {"a": 1}, "admin": True}
    assert set(signed(said, ANN)) == {"user", "writing", "part", "typing", "cursor"}


def test_of_somebody_who_says_too_much_only_the_name_is_told() -> None:
    assert signed({"cursor": "x" * LONGEST}, ANN) == {"user": ANNS_USER}


def test_who_comes_is_told_once() -> None:
    presence = Presence()
    assert presence.hear("here", None, says(7, 1, writing="s1"), ANN, 0) == 7
    assert presence.has_changes
    assert told(presence) == [(7, 1, {"user": ANNS_USER, "writing": "s1"})]
    assert not presence.has_changes
    assert told(presence) == []


def test_many_changes_make_one_message_with_the_newest() -> None:
    presence = Presence()
    for clock in (1, 2, 3):
        presence.hear("here", 7, says(7, clock, writing=f"s{clock}"), ANN, 0)
    assert [(clock, state and state["writing"]) for _, clock, state in told(presence)] == [
        (3, "s3")
    ]


def test_another_name_is_told_at_a_newer_clock_and_holds_up_nobody_longer() -> None:
    presence = Presence()
    presence.hear("here", 7, says(7, 5, writing="s1"), ANN, 0)
    presence.hear("there", 8, says(8, 5, writing="s1"), BEN, 0)
    presence.take_changes()
    presence.rename("here", Identity("p-ann", "a member", None))
    user = {**ANNS_USER, "name": "a member"}
    assert told(presence) == [(7, 6, {"user": user, "writing": "s1"})]
    assert [*presence.writers(["s1"], WRITING, except_for=None)] == []


def test_old_news_of_a_client_changes_nothing() -> None:
    presence = Presence()
    presence.hear("here", 7, says(7, 5, writing="new"), ANN, 0)
    presence.hear("here", 7, says(7, 4, writing="old"), ANN, 0)
    assert presence.everybody()[0].state == {"user": ANNS_USER, "writing": "new"}


def test_a_connection_speaks_for_one_client_only() -> None:
    presence = Presence()
    repeated = says(7, 1) + says(8, 1) + says(9, 1)
    own = presence.hear("here", None, repeated, ANN, 0)
    assert own == 7
    assert presence.hear("here", own, says(8, 2), ANN, 0) == 7
    assert [entry.client_id for entry in presence.everybody()] == [7]


def test_nobody_takes_the_client_id_of_another_person() -> None:
    presence = Presence()
    presence.hear("ann's", None, says(7, 1), ANN, 0)
    assert presence.hear("ben's", None, says(7, 9) + says(8, 1), BEN, 0) == 8
    names = {e.client_id: e.state and e.state["user"]["name"] for e in presence.everybody()}
    assert names == {7: "Ann", 8: "Ben"}


def test_somebody_who_comes_back_before_the_old_line_is_known_to_be_dead_stays() -> None:
    presence = Presence()
    presence.hear("old line", None, says(7, 3), ANN, 0)
    assert presence.hear("new line", None, says(7, 3), ANN, 0) == 7
    presence.leave("old line")
    assert [entry.client_id for entry in presence.everybody()] == [7]
    presence.leave("new line")
    assert presence.everybody() == []


def test_who_goes_is_told_to_have_gone_with_the_clock_they_had() -> None:
    presence = Presence()
    presence.hear("here", None, says(7, 3), ANN, 0)
    presence.take_changes()
    presence.leave("here")
    # A higher clock would make pages overlook the same client when it comes back.
    assert told(presence) == [(7, 3, None)]
    assert presence.everybody() == []


def test_who_says_goodbye_has_gone() -> None:
    presence = Presence()
    own = presence.hear("here", None, says(7, 3), ANN, 0)
    presence.take_changes()
    presence.hear("here", own, [Entry(7, 4, None)], ANN, 0)
    assert told(presence) == [(7, 4, None)]


def test_a_goodbye_of_somebody_unknown_is_not_told() -> None:
    presence = Presence()
    presence.hear("here", None, [Entry(7, 4, None)], ANN, 0)
    assert not presence.has_changes


def test_only_our_own_people_are_told_to_other_servers() -> None:
    presence = Presence()
    presence.hear(object(), None, says(7, 1), ANN, 0)
    presence.absorb("other server", [Entry(8, 1, signed({}, BEN))], 0)
    assert [entry.client_id for entry in presence.ours()] == [7]
    changes = presence.take_changes()
    assert [entry.client_id for entry in changes.all] == [7, 8]
    assert [entry.client_id for entry in changes.ours] == [7]


def test_another_server_does_not_speak_for_our_people() -> None:
    presence = Presence()
    presence.hear(object(), None, says(7, 1), ANN, 0)
    presence.absorb("other server", [Entry(7, 9, signed({}, BEN)), Entry(7, 9, None)], 0)
    assert [entry.clock for entry in presence.ours()] == [1]


def test_somebody_who_moves_to_another_server_stays_when_the_first_notices() -> None:
    presence, line = Presence(), object()
    presence.hear(line, None, says(7, 1), ANN, 0)
    presence.absorb("other server", [Entry(7, 2, signed({}, ANN))], 0)
    presence.leave(line)
    assert [entry.clock for entry in presence.everybody()] == [2]
    assert presence.ours() == []


@pytest.mark.parametrize("state", [{}, {"user": {}}])
def test_another_server_s_state_without_a_person_takes_nobody_s_place(
    state: dict[str, Any],
) -> None:
    presence = Presence()
    presence.hear(object(), None, says(7, 1), ANN, 0)
    presence.absorb("other server", [Entry(7, 2, state)], 0)
    assert len(presence.ours()) == 1


def test_people_of_a_server_that_fell_silent_are_forgotten_and_ours_are_not() -> None:
    presence = Presence()
    presence.hear(object(), None, says(7, 1), ANN, 0)
    presence.absorb("other server", [Entry(8, 1, signed({}, BEN))], 100)
    presence.take_changes()
    presence.expire(100 + SILENCE)
    assert len(presence.everybody()) == 2
    presence.expire(101 + SILENCE)
    assert told(presence) == [(8, 1, None)]
    assert [entry.client_id for entry in presence.everybody()] == [7]


def writers(presence: Presence, *items: str, now: float, me: str | None = None) -> list[str]:
    return list(presence.writers(set(items), now, except_for=me))


def test_who_has_an_editor_open_is_writing_there_until_they_have_rested_for_a_while() -> None:
    presence = Presence()
    presence.hear("here", None, says(7, 1, writing="s1"), ANN, 0)
    presence.hear("there", None, says(8, 1, writing="s2"), BEN, 0)
    assert writers(presence, "s1", "s3", now=0) == ["Ann"]
    assert writers(presence, "s1", "s2", now=0, me="p-ann") == ["Ben"]
    presence.hear("here", 7, says(7, 2, writing="s1", typing=1), ANN, 20)
    # Saying the same again is no sign of writing.
    presence.hear("there", 8, says(8, 2, writing="s2"), BEN, 20)
    assert writers(presence, "s1", "s2", now=WRITING) == ["Ann"]
    presence.hear("here", 7, says(7, 3, writing=None), ANN, 21)
    assert writers(presence, "s1", "s2", now=21) == ["Ben"]


def test_somebody_on_another_server_is_writing_too() -> None:
    presence = Presence()
    state = signed({"writing": "s1"}, BEN)
    presence.absorb("far", [Entry(8, 1, state)], 0)
    assert writers(presence, "s1", now=1) == ["Ben"]
    presence.leave("far")
    assert writers(presence, "s1", now=1) == []


def test_what_a_page_says_of_its_place_may_be_anything() -> None:
    presence = Presence()
    presence.hear("here", None, says(7, 1, writing={"a": []}), ANN, 0)
    assert writers(presence, "s1", now=0) == []


@dataclass(frozen=True)
class Charter:
    group_id: str = "ours"
    visibility: str = "group"


def test_a_supporter_is_seen_under_both_names_whatever_their_page_says() -> None:
    anna = Helped("p-anna", "Anna", "/pictures/anna.svg", {"ours": Role.MEMBER})
    sam = Who("p-sam", "Sam", "/pictures/sam.svg", {"ours": Role.MEMBER}, helping=anna)
    seen = Identity.of(sam, Charter())
    state = signed({"user": {"id": "p-anna", "name": "Anna"}, "writing": "s1"}, seen)
    assert state["user"] == {
        "id": "p-sam",
        "name": "Anna, with help from Sam",
        "picture": "/pictures/anna.svg",
        "for": "p-anna",
    }
    elsewhere = Identity.of(sam, Charter("theirs"))
    assert signed({}, elsewhere)["user"] == {
        "id": "p-sam",
        "name": "Sam",
        "picture": "/pictures/sam.svg",
    }
