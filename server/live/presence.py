"""Who is here, and where they are writing: pure rules over awareness states.

The server writes the `user` of every state from the session, so nobody can go by another's name,
and keeps one awareness client id for each connection, so nobody can speak for another.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.people.names import author_name
from server.people.permits import Thing, Who, helped_in

State = dict[str, Any]

# What a page may say about itself; everything else is dropped.
_KEPT = ("writing", "part", "typing", "cursor")
# Clients say again every 15 seconds that they are here; other servers' people who
# have been silent for three times as long are gone.
SILENCE = 45.0
# Who has an editor open counts as writing there so long after the last key or step of the caret, in
# seconds: time to think for somebody who types with one finger, while a tablet left lying about
# holds nobody up.
WRITING = 30.0
# A state longer than this, as text, is kept without its cursor and the rest.
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One awareness state: the higher clock wins; a state of None says that somebody left."""

    client_id: int
    clock: int
    state: State | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection belongs to, as others may see it.

    A supporter who types for somebody (`for_id`) goes by both names, and by that person's picture.
    """

    person_id: str
    name: str
    picture: str | None
    for_id: str | None = None

    @classmethod
    def of(cls, who: Who, thing: Thing) -> "Identity":
        """As whom this person is seen in the room of this Charter."""
        helped = helped_in(who, thing)
        if helped is None:
            return cls(who.person_id, who.name, who.picture)
        name = author_name(who.name, helped.name)
        return cls(who.person_id, name, helped.picture, helped.person_id)


@dataclass(frozen=True, slots=True)
class Changes:
    """The newest state of each client that changed; `ours` are those of this server's people."""

    all: list[Entry]
    ours: list[Entry]


@dataclass(slots=True)
class _Here:
    clock: int
    state: State
    owner: object
    heard: float
    stirred: float

    @property
    def is_ours(self) -> bool:
        return not isinstance(self.owner, str)


@dataclass(slots=True)
class Presence:
    """The people in one room. An owner is a connection here, or the name of another server."""

    _here: dict[int, _Here] = field(default_factory=dict)
    _changed: dict[int, tuple[Entry, bool]] = field(default_factory=dict)

    def hear(
        self, owner: object, own_id: int | None, said: Iterable[Entry], who: Identity, now: float
    ) -> int | None:
        """Take what a connection says of itself; returns the client id that is now its own.

        Stock clients repeat what they heard of others: only the connection's own id counts,
        which is the first one it names. An id that another person is using is not given away.
        """
        for entry in said:
            if own_id is None and entry.state is not None and self._is_free(entry.client_id, who):
                own_id = entry.client_id
            if entry.client_id == own_id:
                state = None if entry.state is None else signed(entry.state, who)
                self._put(Entry(entry.client_id, entry.clock, state), owner, now)
        return own_id

    def rename(self, owner: object, who: Identity) -> None:
        """Those of a connection go by another name or picture from now on."""
        for client_id, here in self._here.items():
            if here.owner == owner:
                here.state = signed(here.state, who)
                # Nobody takes another state of the same clock; their own page goes on from here.
                here.clock += 1
                entry = Entry(client_id, here.clock, here.state)
                self._changed[client_id] = (entry, here.is_ours)

    def absorb(self, owner: object, told: Iterable[Entry], now: float) -> None:
        """Take what another server tells of its people; a person may have moved over there."""
        for entry in told:
            mine = self._here.get(entry.client_id)
            if mine is None or mine.owner == owner or _same_person(mine.state, entry.state):
                self._put(entry, owner, now)

    def leave(self, owner: object) -> None:
        """Everybody of this connection or server has gone."""
        for client_id in [one for one, here in self._here.items() if here.owner == owner]:
            self._remove(client_id, self._here[client_id].clock)

    def expire(self, now: float) -> None:
        """Forget people of other servers who have been silent for too long."""
        silent = [
            client_id
            for client_id, here in self._here.items()
            if not here.is_ours and now - here.heard > SILENCE
        ]
        for client_id in silent:
            self._remove(client_id, self._here[client_id].clock)

    def writers(
        self, items: Collection[str], now: float, *, except_for: str | None
    ) -> Iterator[str]:
        """The names of those who are writing in one of some items, but for one person."""
        for here in self._here.values():
            person = here.state["user"]
            item = here.state.get("writing")  # whatever a page says
            is_there = isinstance(item, str) and item in items and now - here.stirred < WRITING
            if is_there and person["id"] != except_for:
                yield person["name"]

    def everybody(self) -> list[Entry]:
        return [Entry(client_id, here.clock, here.state) for client_id, here in self._here.items()]

    def ours(self) -> list[Entry]:
        """The people of this server, as other servers are told of them."""
        return [
            Entry(client_id, here.clock, here.state)
            for client_id, here in self._here.items()
            if here.is_ours
        ]

    def take_changes(self) -> Changes:
        """What changed since this was last asked."""
        changes = [self._changed[client_id] for client_id in sorted(self._changed)]
        self._changed.clear()
        return Changes([entry for entry, _ in changes], [entry for entry, ours in changes if ours])

    @property
    def has_changes(self) -> bool:
        return bool(self._changed)

    def _is_free(self, client_id: int, who: Identity) -> bool:
        here = self._here.get(client_id)
        return here is None or here.state["user"]["id"] == who.person_id

    def _put(self, entry: Entry, owner: object, now: float) -> None:
        here = self._here.get(entry.client_id)
        if here is not None and entry.clock < here.clock:
            return
        if entry.state is None:
            if here is not None:
                self._remove(entry.client_id, entry.clock)
            return
        same = here is not None and here.state == entry.state
        stirred = here.stirred if here is not None and same else now
        new = self._here[entry.client_id] = _Here(entry.clock, entry.state, owner, now, stirred)
        self._changed[entry.client_id] = (entry, new.is_ours)

    def _remove(self, client_id: int, clock: int) -> None:
        gone = self._here.pop(client_id)
        self._changed[client_id] = (Entry(client_id, clock, None), gone.is_ours)


def _same_person(one: State, other: State | None) -> bool:
    return other is not None and other.get("user", {}).get("id") == one["user"]["id"]


def signed(state: Mapping[str, Any], who: Identity) -> State:
    """A page's state as others get it: known keys only, and the name from the session."""
    user = {"id": who.person_id, "name": who.name, "picture": who.picture}
    if who.for_id is not None:
        user["for"] = who.for_id
    kept = {key: state[key] for key in _KEPT if key in state}
    return {"user": user, **(kept if len(str(kept)) <= LONGEST else {})}
