"""The diary of a Charter in sentences: "Meg, Ben and Anna changed 4 statements and added 1."

Sentences are made from one table of templates for each language. A sentence tells two deeds at
most; what is more is told in another one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.people.names import A_MEMBER
from server.writing.charter import Kind

State = Mapping[str, Any]

_MOST_NAMES = 3
_DEEDS_A_SENTENCE = 2


class Deed(StrEnum):
    """What was done with an item in a sitting; the most telling of all that was."""

    CHANGED = "changed"
    ADDED = "added"
    LEFT_OUT = "left out"
    PUT_BACK = "put back"
    MOVED = "moved"
    SAID_WHY = "said why"


class About(StrEnum):
    """What is said of the whole Charter."""

    TITLE = "title"
    SUMMARY = "summary"


def deed(
    before: State | None, before_digest: str | None, after: State | None, after_digest: str | None
) -> Deed | None:
    """What was done with an item; None where a reader sees no difference.

    States are `{kind, position, left_out, why, origins}`; None: there was no such item.
    """
    was_seen = before is not None and not before["left_out"]
    is_seen = after is not None and not after["left_out"]
    if not is_seen:
        return Deed.LEFT_OUT if was_seen else None
    if not was_seen:
        return Deed.ADDED if before is None else Deed.PUT_BACK
    assert before is not None  # noqa: S101 -- both are seen
    assert after is not None  # noqa: S101
    if before_digest != after_digest:
        return Deed.CHANGED
    if before["position"] != after["position"]:
        return Deed.MOVED
    return Deed.SAID_WHY if before["why"] != after["why"] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """All templates of one language; each pair is for one and for more."""

    first: Mapping[tuple[Kind, Deed], tuple[str, str]]
    also: Mapping[tuple[Kind, Deed], tuple[str, str]]
    one_deed: str
    two_deeds: str
    two_names: str
    three_names: str
    more_names: str
    nobody: str
    they: str
    we: str
    about: Mapping[frozenset[About], str]


_S, _H = Kind.STATEMENT, Kind.HEADING

ENGLISH = Phrases(
    first={
        (_S, Deed.CHANGED): ("changed 1 statement", "changed {n} statements"),
        (_S, Deed.ADDED): ("added 1 statement", "added {n} statements"),
        (_S, Deed.LEFT_OUT): ("left out 1 statement", "left out {n} statements"),
        (_S, Deed.PUT_BACK): ("put back 1 statement", "put back {n} statements"),
        (_S, Deed.MOVED): ("moved 1 statement", "moved {n} statements"),
        (_S, Deed.SAID_WHY): ("said why for 1 statement", "said why for {n} statements"),
        (_H, Deed.CHANGED): ("changed 1 heading", "changed {n} headings"),
        (_H, Deed.ADDED): ("added 1 heading", "added {n} headings"),
        (_H, Deed.LEFT_OUT): ("left out 1 heading", "left out {n} headings"),
        (_H, Deed.PUT_BACK): ("put back 1 heading", "put back {n} headings"),
        (_H, Deed.MOVED): ("moved 1 heading", "moved {n} headings"),
        (_H, Deed.SAID_WHY): ("said why for 1 heading", "said why for {n} headings"),
    },
    also={
        (kind, each): short
        for kind in Kind
        for each, short in (
            (Deed.CHANGED, ("changed 1", "changed {n}")),
            (Deed.ADDED, ("added 1", "added {n}")),
            (Deed.LEFT_OUT, ("left out 1", "left out {n}")),
            (Deed.PUT_BACK, ("put back 1", "put back {n}")),
            (Deed.MOVED, ("moved 1", "moved {n}")),
            (Deed.SAID_WHY, ("said why for 1", "said why for {n}")),
        )
    },
    one_deed="{who} {one}.",
    two_deeds="{who} {one} and {two}.",
    two_names="{0} and {1}",
    three_names="{0}, {1} and {2}",
    more_names="{0}, {1} and {n} others",
    nobody="We",
    they="They also",
    we="We also",
    about={
        frozenset({About.TITLE}): "{who} changed the title of the Charter.",
        frozenset({About.SUMMARY}): "{who} changed the words under the title.",
        frozenset(About): "{who} changed the title, and the words under it.",
    },
)

LANGUAGES: Mapping[str, Phrases] = {"en": ENGLISH}


def phrases(language: str = "en") -> Phrases:
    """The templates of a language ("en-GB"), or English where there are none yet."""
    return LANGUAGES.get(language.partition("-")[0].casefold(), ENGLISH)


def people(names: Sequence[str], language: str = "en") -> str:
    """Names as one says them: "Meg, Ben and Anna", "Meg, Ben and 3 others".

    Who was helped comes last: "Ben and Anna, with help from Sam".
    """
    told = phrases(language)
    match sorted(names, key=lambda name: ", " in name):
        case []:
            return told.nobody
        case [one]:
            return one
        case [one, two]:
            return told.two_names.format(one, two)
        case [one, two, three] if len(names) == _MOST_NAMES:
            return told.three_names.format(one, two, three)
        case ordered:
            return told.more_names.format(ordered[0], ordered[1], n=len(ordered) - 2)


def sentences(
    names: Sequence[str], deeds: Mapping[tuple[Kind, Deed], int], language: str = "en"
) -> tuple[str, ...]:
    """What some people did in a sitting, statements first; no sentence where they did nothing."""
    told = phrases(language)
    done = [
        (kind, each, deeds[kind, each])
        for kind in (_S, _H)
        for each in Deed
        if (kind, each) in deeds
    ]
    found = []
    for start in range(0, len(done), _DEEDS_A_SENTENCE):
        again = told.they if names else told.we
        who = again if start else _begins(people(names, language))
        (kind, each, count), *second = done[start : start + _DEEDS_A_SENTENCE]
        one = _counted(told.first[kind, each], count)
        if second:
            other, deed_too, more = second[0]
            table = told.also if other is kind else told.first
            two = _counted(table[other, deed_too], more)
            found.append(told.two_deeds.format(who=who, one=one, two=two))
        else:
            found.append(told.one_deed.format(who=who, one=one))
    return tuple(found)


def retitled(names: Sequence[str], parts: frozenset[About], language: str = "en") -> str:
    """That somebody changed the title, or the words under it."""
    who = _begins(people(names, language))
    return phrases(language).about[parts].format(who=who)


def _begins(who: str) -> str:
    """Names at the beginning of a sentence; somebody whose account was deleted is "a member"."""
    return who[:1].upper() + who[1:] if who.startswith(A_MEMBER) else who


def _counted(pair: tuple[str, str], count: int) -> str:
    return pair[0] if count == 1 else pair[1].format(n=count)
