from datetime import UTC, datetime, timedelta

import pytest

from server.errors import (
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    NotFilledIn,
    WrongField,
)
from server.people.permits import Role
from server.people.rules import (
    check_invitation,
    check_link,
    is_same_press,
    same_name,
    slug_of,
    stronger,
    tidy_email,
    tidy_name,
)

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ann", "Ann"),
        ("  Ann   Jones ", "Ann Jones"),
        ("Ann\nJones\t", "Ann Jones"),
        ("Sia\u0302n", "Siân"),
        ("李雷", "李雷"),
        ("Ann\u0000", "Ann"),
        ("Ann\ud800", "Ann"),
        ("👩🏽‍🦽 Ann", "👩🏽‍🦽 Ann"),
    ],
)
def test_names_are_kept_tidy(written: str, kept: str) -> None:
    assert tidy_name(written) == kept


@pytest.mark.parametrize("written", ["", "   ", "\n", "x" * 101])
def test_a_name_is_there_and_not_too_long(written: str) -> None:
    with pytest.raises(NotFilledIn):
        tidy_name(written)


def test_names_are_the_same_to_a_reader() -> None:
    assert same_name("Ann  Jones", "ann jones")
    assert same_name("Siân", "SIA\u0302N")
    assert not same_name("Ann", "Anne")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Sir Ynys Môn", "sir-ynys-mon"),
        ("Bath & North East Somerset", "bath-north-east-somerset"),
        ("  --  ", "group"),
        ("李雷", "group"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_group_has_a_readable_address(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_taken_address_gets_a_number() -> None:
    assert slug_of("Devon", taken={"devon", "devon-2"}) == "devon-3"


def test_a_link_works_until_it_is_used_or_too_old() -> None:
    check_link(NOW, NOW + timedelta(seconds=1), None)
    with pytest.raises(InvitationExpired):
        check_link(NOW, NOW, None)
    with pytest.raises(InvitationUsed):
        check_link(NOW, NOW + timedelta(days=1), NOW - timedelta(days=1))


def test_an_invitation_works_until_it_is_used_up_too_old_or_revoked() -> None:
    later = NOW + timedelta(seconds=1)
    check_invitation(NOW, later, 2, 3, None)
    with pytest.raises(InvitationUsed):
        check_invitation(NOW, later, 3, 3, None)
    with pytest.raises(InvitationExpired):
        check_invitation(NOW, NOW, 0, 3, None)
    with pytest.raises(InvitationRevoked):
        check_invitation(NOW, later, 0, 3, NOW)


def test_the_same_press_may_come_twice_for_an_hour() -> None:
    assert is_same_press(NOW, NOW - timedelta(minutes=59))
    assert not is_same_press(NOW, NOW - timedelta(minutes=61))


def test_a_second_invitation_takes_no_chore_away() -> None:
    assert stronger(Role.READER, Role.MEMBER) is Role.MEMBER
    assert stronger(Role.ORGANISER, Role.READER) is Role.ORGANISER


def test_an_address_is_kept_in_small_letters() -> None:
    assert tidy_email(" Ben.O'Hara+home@Mail.Example.ORG ") == "ben.o'hara+home@mail.example.org"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ben",
        "ben@",
        "@example.org",
        "ben@localhost",
        "ben@example.org, eve@example.org",
        "ben@example.org\nBcc: eve@example.org",
        "ben@example.org\r\n",
        "Ben <ben@example.org>",
        "ben@exa mple.org",
        "ben@@example.org",
        "ben@-example.org",
        "ben@example..org",
        ".ben@example.org",
        "bén@example.org",
        "a" * 250 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    if written.strip() != written:
        assert tidy_email(written) == "ben@example.org"
        return
    with pytest.raises(WrongField):
        tidy_email(written)
