import pytest

from server.errors import LastOrganiser, NotFilledIn
from server.people.groups.rules import (
    Member,
    check_organiser_stays,
    hears,
    in_order,
    may_all_go,
    read_role,
)
from server.people.permits import Role

ORGANISER, MEMBER, READER = Role.ORGANISER, Role.MEMBER, Role.READER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([ORGANISER], []),
        ([ORGANISER, MEMBER], [MEMBER]),
        ([ORGANISER, READER], [MEMBER, READER]),
    ],
)
def test_the_last_organiser_stays(before: list[Role], after: list[Role]) -> None:
    with pytest.raises(LastOrganiser):
        check_organiser_stays(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([ORGANISER, ORGANISER], [ORGANISER]),
        ([ORGANISER, MEMBER], [ORGANISER]),
        ([MEMBER, READER], [READER]),
        ([MEMBER], []),
    ],
)
def test_others_may_go(before: list[Role], after: list[Role]) -> None:
    check_organiser_stays(before, after)


def test_where_nobody_is_left_nobody_needs_an_organiser() -> None:
    assert may_all_go([])
    assert not may_all_go([READER])


def test_the_lead_hears_reports_and_without_one_all_organisers_do() -> None:
    assert hears("ann", MEMBER, "ann")
    assert not hears("olwen", ORGANISER, "ann")
    assert hears("olwen", ORGANISER, None)
    assert not hears("ann", MEMBER, None)


def test_nobody_comes_first_for_what_they_do() -> None:
    names = [("ben", MEMBER), ("Zoe", ORGANISER), ("Ann", READER)]
    people = [Member(name, name, None, role, hears=False) for name, role in names]
    assert [member.name for member in in_order(people)] == ["Ann", "ben", "Zoe"]
    assert [member.does for member in in_order(people)] == ["only reads", "member", "organiser"]


def test_what_somebody_does_is_read_from_a_form() -> None:
    assert read_role("reader") is READER
    with pytest.raises(NotFilledIn):
        read_role("king")
