"""Permits as one table, written by hand: who may do what to whose Charter."""

from dataclasses import dataclass

import pytest

from server.people.permits import Action, Helped, Role, Who, groups_of, helps, may, visible_to

OURS, THEIRS = "our-group", "their-group"


@dataclass(frozen=True)
class Charter:
    group_id: str
    visibility: str


ANNA = Helped("p9", "Anna", roles={OURS: Role.MEMBER})
MEG = Helped("p8", "Meg", roles={OURS: Role.ORGANISER})
PEOPLE = {
    "nobody": None,
    "stranger": Who("p0", "Sam"),
    "reader": Who("p1", "Ann", roles={OURS: Role.READER}),
    "member": Who("p2", "Ben", roles={OURS: Role.MEMBER}),
    "organiser": Who("p3", "Cat", roles={OURS: Role.ORGANISER}),
    # An organiser elsewhere is nobody here, and a reader here is no more for it.
    "both": Who("p4", "Dev", roles={OURS: Role.READER, THEIRS: Role.ORGANISER}),
    "lead": Who("p5", "Eve", roles={OURS: Role.READER}, leads=frozenset({OURS})),
    "helping Anna": Who("p6", "Sam", helping=ANNA),
    "helping an organiser": Who("p7", "Sam", helping=MEG),
    "reader, helping Anna": Who("p7", "Sam", roles={OURS: Role.READER}, helping=ANNA),
}
THINGS = {
    "ours, for the group": Charter(OURS, "group"),
    "ours, for all groups": Charter(OURS, "groups"),
    "ours, for everybody": Charter(OURS, "everybody"),
    "theirs, for the group": Charter(THEIRS, "group"),
    "theirs, for all groups": Charter(THEIRS, "groups"),
    "theirs, for everybody": Charter(THEIRS, "everybody"),
}
ORDER = (
    *(Action.READ, Action.WATCH, Action.ANSWER, Action.WRITE),
    *(Action.INVITE, Action.ORGANISE, Action.HIDE, Action.HEAR),
)
# read, watch, answer, write | invite, organise, hide, hear
TABLE = {
    "ours, for the group": {
        "nobody": "---- ----",
        "stranger": "---- ----",
        "reader": "rwa- ----",
        "member": "rwaw ----",
        "organiser": "rwaw ioh-",
        "both": "rwa- ----",
        "lead": "rwa- --hh",
        "helping Anna": "rw-w ----",
        "helping an organiser": "rw-w ----",
        "reader, helping Anna": "rwaw ----",
    },
    "ours, for all groups": {
        "nobody": "---- ----",
        "stranger": "---- ----",
        "reader": "rwa- ----",
        "member": "rwaw ----",
        "organiser": "rwaw ioh-",
        "both": "rwa- ----",
        "lead": "rwa- --hh",
        "helping Anna": "rw-w ----",
        "helping an organiser": "rw-w ----",
        "reader, helping Anna": "rwaw ----",
    },
    "ours, for everybody": {
        "nobody": "r--- ----",
        "stranger": "r--- ----",
        "reader": "rwa- ----",
        "member": "rwaw ----",
        "organiser": "rwaw ioh-",
        "both": "rwa- ----",
        "lead": "rwa- --hh",
        "helping Anna": "rw-w ----",
        "helping an organiser": "rw-w ----",
        "reader, helping Anna": "rwaw ----",
    },
    "theirs, for the group": {
        "nobody": "---- ----",
        "stranger": "---- ----",
        "reader": "---- ----",
        "member": "---- ----",
        "organiser": "---- ----",
        "both": "rwaw ioh-",
        "lead": "---- ----",
        "helping Anna": "---- ----",
        "helping an organiser": "---- ----",
        "reader, helping Anna": "---- ----",
    },
    "theirs, for all groups": {
        "nobody": "---- ----",
        "stranger": "---- ----",
        "reader": "r--- ----",
        "member": "r--- ----",
        "organiser": "r--- ----",
        "both": "rwaw ioh-",
        "lead": "r--- ----",
        "helping Anna": "r--- ----",
        "helping an organiser": "r--- ----",
        "reader, helping Anna": "r--- ----",
    },
    "theirs, for everybody": {
        "nobody": "r--- ----",
        "stranger": "r--- ----",
        "reader": "r--- ----",
        "member": "r--- ----",
        "organiser": "r--- ----",
        "both": "rwaw ioh-",
        "lead": "r--- ----",
        "helping Anna": "r--- ----",
        "helping an organiser": "r--- ----",
        "reader, helping Anna": "r--- ----",
    },
}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("who", PEOPLE)
def test_the_table_of_permits(who: str, thing: str) -> None:
    permits = TABLE[thing][who].replace(" ", "")
    asked = {action: may(PEOPLE[who], action, THINGS[thing]) for action in ORDER}
    assert asked == {a: mark != "-" for a, mark in zip(ORDER, permits, strict=True)}


def test_the_table_knows_every_action() -> None:
    assert set(ORDER) == set(Action)


def test_what_is_typed_while_helping_is_for_the_person_helped() -> None:
    ours = THINGS["ours, for the group"]
    assert helps(PEOPLE["reader, helping Anna"], Action.WRITE, ours) == ANNA
    assert helps(PEOPLE["reader, helping Anna"], Action.ANSWER, ours) is None
    assert helps(PEOPLE["member"], Action.WRITE, ours) is None
    assert helps(PEOPLE["helping Anna"], Action.WRITE, THINGS["theirs, for the group"]) is None


def test_many_charters_are_looked_through_by_what_one_may_see() -> None:
    ann = Who("ann", "Ann", roles={"devon": Role.READER})
    sam = Who("sam", "Sam", helping=Helped("ann", "Ann", roles={"devon": Role.MEMBER}))
    stranger = Who("nobody", "Nobody")
    assert visible_to(ann) == visible_to(sam) == ("everybody", "groups")
    assert visible_to(None) == visible_to(stranger) == ("everybody",)
    assert groups_of(ann) == groups_of(sam) == {"devon"}
    assert groups_of(None) == groups_of(stranger) == frozenset()
