"""In which order the structs of one update can be placed, where they name each other."""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from server.errors import HostileUpdate

Turns = list[tuple[int, int]]
"""Whose structs come next, and up to which clock: (client, stop)."""


def turns(
    structs: Mapping[int, tuple[int, int]], waits: Sequence[tuple[int, int, int, int]]
) -> Turns:
    """The order in which every struct comes after those of other clients that it names.

    `structs` gives each client's range of clocks, `waits` what a struct of one client names of
    another's: (client, clock, other, at). Walks as an engine does: each client goes on until a
    struct names another client's that has not been placed yet, and is woken when that one has come
    far enough. O(n log n) in `waits`.
    Raises HostileUpdate for structs that wait for each other: no engine could ever place them.
    """
    todo: dict[int, list[tuple[int, int, int]]] = {}
    for client, clock, other, at in waits:
        inside = structs.get(other)
        if inside is not None and inside[0] <= at < inside[1]:
            todo.setdefault(client, []).append((clock, other, at))
    taken = [(client, end) for client, (_, end) in structs.items() if client not in todo]
    if not todo:
        return taken
    reached = dict(taken)
    asleep: dict[int, list[tuple[int, int]]] = {}
    place = dict.fromkeys(todo, 0)
    awake = list(todo)
    while awake:
        client = awake.pop()
        list_ = todo[client]
        i = place[client]
        while i < len(list_) and reached.get(list_[i][1], structs[list_[i][1]][0]) > list_[i][2]:
            i += 1
        place[client] = i
        if i < len(list_):
            reached[client] = list_[i][0]
            heappush(asleep.setdefault(list_[i][1], []), (list_[i][2], client))
        else:
            reached[client] = structs[client][1]
        taken.append((client, reached[client]))
        sleepers = asleep.get(client, [])
        while sleepers and sleepers[0][0] < reached[client]:
            awake.append(heappop(sleepers)[1])
    if any(place[client] < len(list_) for client, list_ in todo.items()):
        raise HostileUpdate
    return taken
