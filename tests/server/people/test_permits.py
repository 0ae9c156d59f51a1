"""Permits as one table, written by hand: who may do what to whose Charter."""

from dataclasses import dataclass

import pytest

from server.people.permits import Action, Role, Who, may

OURS, THEIRS = "our-group", "their-group"


@dataclass(frozen=True)
class Charter:
    group_id: str
    visibility: str


NOBODY = None
STRANGER = Who("p0", "Sam")
READER = Who("p1", "Ann", roles={OURS: Role.READER})
MEMBER = Who("p2", "Ben", roles={OURS: Role.MEMBER})
ORGANISER = Who("p3", "Cat", roles={OURS: Role.ORGANISER})
# An organiser elsewhere is nobody here, and a reader here is no more for it.
BOTH = Who("p4", "Dev", roles={OURS: Role.READER, THEIRS: Role.ORGANISER})

FOR_GROUP = Charter(OURS, "group")
FOR_ALL = Charter(OURS, "everybody")
OF_OTHERS = Charter(THEIRS, "group")
OF_OTHERS_FOR_ALL = Charter(THEIRS, "everybody")

# fmt: off
TABLE = [
    # who        what              READ   WATCH  WRITE  INVITE ORGANISE
    (NOBODY,    FOR_GROUP,         False, False, False, False, False),
    (NOBODY,    FOR_ALL,           True,  False, False, False, False),
    (STRANGER,  FOR_GROUP,         False, False, False, False, False),
    (STRANGER,  FOR_ALL,           True,  False, False, False, False),
    (READER,    FOR_GROUP,         True,  True,  False, False, False),
    (READER,    FOR_ALL,           True,  True,  False, False, False),
    (READER,    OF_OTHERS,         False, False, False, False, False),
    (READER,    OF_OTHERS_FOR_ALL, True,  False, False, False, False),
    (MEMBER,    FOR_GROUP,         True,  True,  True,  False, False),
    (MEMBER,    FOR_ALL,           True,  True,  True,  False, False),
    (MEMBER,    OF_OTHERS,         False, False, False, False, False),
    (MEMBER,    OF_OTHERS_FOR_ALL, True,  False, False, False, False),
    (ORGANISER, FOR_GROUP,         True,  True,  True,  True,  True),
    (ORGANISER, FOR_ALL,           True,  True,  True,  True,  True),
    (ORGANISER, OF_OTHERS,         False, False, False, False, False),
    (ORGANISER, OF_OTHERS_FOR_ALL, True,  False, False, False, False),
    (BOTH,      FOR_GROUP,         True,  True,  False, False, False),
    (BOTH,      FOR_ALL,           True,  True,  False, False, False),
    (BOTH,      OF_OTHERS,         True,  True,  True,  True,  True),
    (BOTH,      OF_OTHERS_FOR_ALL, True,  True,  True,  True,  True),
]
# fmt: on


COLUMNS = (Action.READ, Action.WATCH, Action.WRITE, Action.INVITE, Action.ORGANISE)


@pytest.mark.parametrize("row", TABLE)
def test_the_table_of_permits(row: tuple[Who | None, Charter, *tuple[bool, ...]]) -> None:
    who, charter, *permits = row
    assert [may(who, action, charter) for action in COLUMNS] == permits


def test_the_table_knows_every_action() -> None:
    assert set(COLUMNS) == set(Action)
