"""Who wrote: alone, or for somebody whom they helped."""

from dataclasses import dataclass

import pytest

from server.people.names import A_MEMBER
from server.people.permits import Helped, Role, Who
from server.writing.authors import Author, author, author_of, from_json, ids_of, named, to_json

OURS = "our-group"
SAM, ANNA_BY_SAM = Author("sam"), Author("sam", "anna")


@dataclass(frozen=True)
class Charter:
    group_id: str = OURS
    visibility: str = "group"


def sam(own: Role | None, annas: Role | None) -> Who:
    """Sam, who helps Anna, with the roles of both in our group."""
    helped = Helped("anna", "Anna", roles={} if annas is None else {OURS: annas})
    return Who("sam", "Sam", roles={} if own is None else {OURS: own}, helping=helped)


@pytest.mark.parametrize(
    ("own", "annas", "counts_as"),
    [
        (None, Role.MEMBER, ANNA_BY_SAM),
        (Role.MEMBER, Role.MEMBER, ANNA_BY_SAM),
        (Role.ORGANISER, Role.MEMBER, ANNA_BY_SAM),
        # Anna only reads here: what Sam types is Sam's own.
        (Role.MEMBER, Role.READER, SAM),
        (Role.READER, Role.READER, ANNA_BY_SAM),
        (Role.MEMBER, None, SAM),
    ],
)
def test_what_a_supporter_does_counts_for_the_person_who_may_do_it(
    own: Role | None, annas: Role | None, counts_as: Author
) -> None:
    assert author_of(sam(own, annas), Charter()) == counts_as


def test_who_helps_nobody_writes_alone() -> None:
    assert author_of(Who("sam", "Sam", roles={OURS: Role.MEMBER}), Charter()) == SAM


def test_the_server_is_no_author() -> None:
    assert author(None) is None
    assert author("sam", "anna") == ANNA_BY_SAM


def test_authors_are_read_as_they_were_stored_and_older_lists_too() -> None:
    assert from_json(to_json([SAM, ANNA_BY_SAM])) == [SAM, ANNA_BY_SAM]
    assert from_json(["sam", "ben"]) == [SAM, Author("ben")]


def test_both_are_named_and_each_author_once() -> None:
    names = {"sam": "Sam", "anna": "Anna"}
    assert named(names, [ANNA_BY_SAM, SAM, ANNA_BY_SAM]) == ("Anna, with help from Sam", "Sam")
    assert ids_of([ANNA_BY_SAM, Author("ben")]) == {"sam", "anna", "ben"}


def test_people_whose_accounts_are_gone_are_a_member() -> None:
    names = {"old": A_MEMBER, "older": A_MEMBER, "ben": "Ben"}
    authors = [Author("ben"), Author("old"), Author("older"), Author("ben", "gone")]
    assert named(names, authors) == ("Ben", A_MEMBER, f"{A_MEMBER}, with help from Ben")
