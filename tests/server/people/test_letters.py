from datetime import UTC, datetime

import pytest

from server.people import letters
from server.people.letters import Letter
from tests.support import plain_words

LINK = "https://charter.example/come-in/secret"
UNTIL = datetime(2026, 12, 7, tzinfo=UTC)


def invitation(*, is_kept: bool = False) -> Letter:
    return letters.invitation(
        "ben@example.org",
        name="Ben",
        group="Devon",
        link=LINK,
        until=UNTIL,
        by="Ann",
        is_kept=is_kept,
    )


SIGN_IN = letters.sign_in("ben@example.org", [("Ben", LINK + "1"), ("Anna", LINK + "2")])


@pytest.mark.parametrize(
    "letter", [invitation(), invitation(is_kept=True), SIGN_IN], ids=["once", "kept", "sign in"]
)
def test_a_letter_is_in_plain_words_with_each_link_on_a_line_of_its_own(letter: Letter) -> None:
    words = [line for line in letter.text.splitlines() if "https://" not in line]
    found = [finding for line in words for finding in plain_words.findings(line)]
    assert found == []
    links = [line for line in letter.text.splitlines() if "https://" in line]
    assert links
    assert all(line.startswith(LINK) and " " not in line for line in links)


def test_an_invitation_says_who_invites_where_and_until_when() -> None:
    letter = invitation()
    assert letter.subject == "Come in to Devon"
    for part in ("Hello Ben,", "Ann invites you to Devon.", "It works once.", "7 December 2026"):
        assert part in letter.text
    assert "again and again" in invitation(is_kept=True).text


def test_two_people_with_one_address_get_one_letter_with_a_link_each() -> None:
    assert SIGN_IN.text.index("Come in as Ben:") < SIGN_IN.text.index(LINK + "1")
    assert SIGN_IN.text.index("Come in as Anna:") < SIGN_IN.text.index(LINK + "2")
    assert "Each link works once, for 1 hour." in SIGN_IN.text
