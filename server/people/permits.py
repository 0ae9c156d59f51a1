"""Who may do what: one table, asked by pages, files and sockets alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from server.errors import OnlyHere
from server.people.preferences import USUAL, Preferences


class Role(StrEnum):
    """What somebody does in a group. A role gives chores, not more say."""

    MEMBER = "member"
    READER = "reader"
    ORGANISER = "organiser"


class Action(StrEnum):
    """What may be asked of a group, or of something that belongs to one.

    READ its words. WATCH them being written, and so see the names of those who write: a Charter may
    be for everybody to read; names are for the group. WRITE. ANSWER for oneself when everybody is
    asked. INVITE people. ORGANISE: publish, choose who can read, change roles. HIDE words with a
    reason. HEAR what was reported.
    """

    READ = "read"
    WATCH = "watch"
    WRITE = "write"
    ANSWER = "answer"
    INVITE = "invite"
    ORGANISE = "organise"
    HIDE = "hide"
    HEAR = "hear"


@dataclass(frozen=True, slots=True)
class Helped:
    """The person whom a supporter helps just now, with their role in each of their groups."""

    person_id: str
    name: str
    picture: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Who:
    """A signed-in person with their role in each of their groups, by group id.

    `vouched_by` are the groups whose cards let them in: `roles` has these alone then, and
    `only_here` says that they are in others too. It is None for who came in by a way of their own.
    `leads` are the groups whose reports they hear. `session_id` is None with an access token.
    `picture` is the address of their picture.
    """

    person_id: str
    name: str
    picture: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    leads: frozenset[str] = frozenset()
    session_id: str | None = None
    vouched_by: frozenset[str] | None = None
    only_here: bool = False
    shared_device: bool = False
    preferences: Preferences = USUAL
    helping: Helped | None = None


class Thing(Protocol):
    """What permits are about: it belongs to a group and is visible to "group", "groups" (all of
    them) or "everybody".
    """

    @property
    def group_id(self) -> str: ...

    @property
    def visibility(self) -> str: ...


_READER = frozenset({Action.READ, Action.WATCH, Action.ANSWER})
_PERMITS: Mapping[Role, frozenset[Action]] = {
    Role.READER: _READER,
    Role.MEMBER: _READER | {Action.WRITE},
    Role.ORGANISER: frozenset(Action) - {Action.HEAR},
}
_LEAD = frozenset({Action.HIDE, Action.HEAR})
# A supporter reads and types for somebody. What a person answers, and any chore, is their own.
_HELPING = frozenset({Action.READ, Action.WATCH, Action.WRITE})


def may(who: Who | None, action: Action, thing: Thing) -> bool:
    """Whether this person (None: somebody who is not signed in) may do this to this thing."""
    if action is Action.READ and thing.visibility == "everybody":
        return True
    if who is None:
        return False
    if action is Action.READ and thing.visibility == "groups" and _is_in_a_group(who):
        return True
    role = who.roles.get(thing.group_id)
    if role is not None and action in _PERMITS[role]:
        return True
    if action in _LEAD and thing.group_id in who.leads:
        return True
    return helps(who, action, thing) is not None


def visible_to(who: Who | None) -> tuple[str, ...]:
    """The visibilities with which anybody's Charter is for this person to read, too.

    For looking through many Charters at once; for each that is found, `may` decides.
    """
    in_a_group = who is not None and _is_in_a_group(who)
    return ("everybody", "groups") if in_a_group else ("everybody",)


def groups_of(who: Who | None) -> frozenset[str]:
    """The groups whose Charters may be this person's to read: theirs, and those of whom they help.

    For looking through many Charters at once; for each that is found, `may` decides.
    """
    if who is None:
        return frozenset()
    return frozenset(who.roles) | frozenset(() if who.helping is None else who.helping.roles)


def _is_in_a_group(who: Who) -> bool:
    return bool(who.roles) or (who.helping is not None and bool(who.helping.roles))


def helped_in(who: Who, thing: Thing) -> Helped | None:
    """The person whose name stands first beside what `who` does here; None: they do it alone.

    Where that person may not write, and a supporter may by a role of their own, they write alone.
    """
    if may(who, Action.WRITE, thing):
        return helps(who, Action.WRITE, thing)
    return helps(who, Action.WATCH, thing)


def check_not_only_here(who: Who) -> None:
    """Raise OnlyHere where one group's card let in somebody who is in others, too.

    What counts in all of a person's groups is not done on the word of one group's organisers.
    """
    if who.only_here:
        raise OnlyHere


def helps(who: Who | None, action: Action, thing: Thing) -> Helped | None:
    """The person for whom this is done, when a supporter does it for somebody who may do it."""
    if who is None or who.helping is None or action not in _HELPING:
        return None
    role = who.helping.roles.get(thing.group_id)
    return who.helping if role is not None and action in _PERMITS[role] else None
