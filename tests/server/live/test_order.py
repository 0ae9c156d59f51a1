"""In which order the structs of one update can be placed."""

import pytest

from server.errors import HostileUpdate
from server.live.order import turns

STRUCTS = {7: (0, 10), 8: (5, 9)}


def test_clients_that_name_nobody_come_as_they_are() -> None:
    assert turns(STRUCTS, []) == [(7, 10), (8, 9)]


def test_a_client_waits_for_the_one_that_it_names() -> None:
    assert turns(STRUCTS, [(7, 3, 8, 6)]) == [(8, 9), (7, 10)]


def test_clients_take_turns_where_they_name_each_other() -> None:
    waits = [(7, 3, 8, 5), (8, 6, 7, 3), (7, 8, 8, 8)]
    taken = turns(STRUCTS, waits)
    reached = {7: 0, 8: 5}
    for client, stop in taken:
        for waiting, clock, other, at in waits:
            if waiting == client and reached[client] <= clock < stop:
                assert reached[other] > at
        reached[client] = stop
    assert reached == {7: 10, 8: 9}


def test_what_is_there_already_is_not_waited_for() -> None:
    assert turns(STRUCTS, [(7, 3, 8, 4), (7, 4, 9, 100)]) == [(7, 10), (8, 9)]


def test_those_that_wait_for_each_other_are_hostile() -> None:
    with pytest.raises(HostileUpdate):
        turns(STRUCTS, [(7, 3, 8, 6), (8, 6, 7, 3)])
