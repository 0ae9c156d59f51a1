"""Who wrote something: a person, alone, or a supporter who typed for somebody.

What a supporter types for a person is never the supporter's alone, and never the person's alone:
both are kept beside it, from the live socket to the history.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from server.people.names import A_MEMBER, author_name
from server.people.permits import Thing, Who, helped_in


class Author(NamedTuple):
    """The person who wrote, and whom they helped to do it."""

    person_id: str
    for_id: str | None = None


def author(person_id: str | None, for_id: str | None = None) -> Author | None:
    """The author that two columns of a row tell of; None is the server itself."""
    return None if person_id is None else Author(person_id, for_id)


def author_of(who: Who, thing: Thing) -> Author:
    """As whose what this person does to this thing counts."""
    return Author(who.person_id, helped_by(who, thing))


def helped_by(who: Who, thing: Thing) -> str | None:
    """The id of the person whose name stands first beside it."""
    helped = helped_in(who, thing)
    return None if helped is None else helped.person_id


def to_json(authors: Iterable[Author]) -> list[list[str | None]]:
    """For a column: `[[person id, id of whom they helped or null], …]`."""
    return [list(one) for one in authors]


def from_json(persons: Iterable[Any]) -> list[Author]:
    """What `to_json` made; older rows hold the ids of persons alone."""
    return [Author(one) if isinstance(one, str) else Author(*one) for one in persons]


def named(names: Mapping[str, str], authors: Iterable[Author]) -> tuple[str, ...]:
    """The names of some authors, each once; `names` are those of persons by id.

    Somebody whose account was deleted is "a member", and several of them are not counted.
    """
    found = []
    for one in dict.fromkeys(authors):
        if one.person_id in names:
            helped = None if one.for_id is None else names.get(one.for_id, A_MEMBER)
            found.append(author_name(names[one.person_id], helped))
    return tuple(dict.fromkeys(found)) if A_MEMBER in found else tuple(found)


def ids_of(authors: Iterable[Author]) -> set[str]:
    """Everybody whose name is asked for."""
    return {person_id for one in authors for person_id in one if person_id is not None}
