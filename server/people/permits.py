"""Who may do what: one table, asked by pages, files and sockets alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What somebody does in a group. A role gives chores, not more say."""

    MEMBER = "member"
    READER = "reader"
    ORGANISER = "organiser"


class Action(StrEnum):
    """What may be asked: read, watch or change a Charter, invite people, start a Charter.

    To watch is to be there while it is written, and so to see the names of those who write. A
    Charter may be for everybody to read; names are for the group.
    """

    READ = "read"
    WATCH = "watch"
    WRITE = "write"
    INVITE = "invite"
    ORGANISE = "organise"


@dataclass(frozen=True, slots=True)
class Who:
    """A signed-in person with their role in each of their groups, by group id."""

    person_id: str
    name: str
    picture: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)


class Thing(Protocol):
    """What permits are about: it belongs to a group and is for the "group" or "everybody"."""

    @property
    def group_id(self) -> str: ...

    @property
    def visibility(self) -> str: ...


_PERMITS: Mapping[Role, frozenset[Action]] = {
    Role.READER: frozenset({Action.READ, Action.WATCH}),
    Role.MEMBER: frozenset({Action.READ, Action.WATCH, Action.WRITE}),
    Role.ORGANISER: frozenset(Action),
}


def may(who: Who | None, action: Action, thing: Thing) -> bool:
    """Whether this person (None: somebody who is not signed in) may do this to this thing."""
    if action is Action.READ and thing.visibility == "everybody":
        return True
    role = None if who is None else who.roles.get(thing.group_id)
    return role is not None and action in _PERMITS[role]
