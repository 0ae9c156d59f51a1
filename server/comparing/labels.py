"""The words of the table: what a cell, a count and a likeness are called.

One table for each language, under the first part of its tag; each text is whole, never glued from
words. No percentages: "7 of 10 words the same".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from server.comparing import words
from server.comparing.align import Part
from server.comparing.matrix import Cell, State
from server.comparing.words import Band

ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """All texts of one language. `{count}` is a number, `{tenths}` one from 1 to 9."""

    states: Mapping[State, str]
    letters: Mapping[State, str]
    counts: Mapping[State, str]
    likeness: Mapping[Band, str]
    moved_too: str
    parts: Mapping[Part, str]
    removed: str
    hidden: str
    why_hidden: str
    some_tenths: str


_LANGUAGES: Mapping[str, Labels] = {
    ENGLISH: Labels(
        states={
            State.KEPT: "Kept",
            State.EARLIER: "Kept earlier words",
            State.REWORDED: "Reworded",
            State.MOVED: "Moved",
            State.LEFT_OUT: "Left out",
            State.NOT_YET: "Not there yet",
            State.ADDED: "Added",
        },
        letters={
            State.KEPT: "K",
            State.EARLIER: "E",
            State.REWORDED: "R",
            State.MOVED: "M",
            State.LEFT_OUT: "L",
            State.NOT_YET: "N",
            State.ADDED: "A",
        },
        counts={
            State.KEPT: "{count} kept",
            State.EARLIER: "{count} kept earlier words",
            State.REWORDED: "{count} reworded",
            State.MOVED: "{count} moved",
            State.LEFT_OUT: "{count} left out",
            State.NOT_YET: "{count} not there yet",
            State.ADDED: "{count} added",
        },
        likeness={
            Band.SMALL: "nearly the same",
            Band.REWORDED: "{tenths} of 10 words the same",
            Band.REWRITTEN: "quite different",
        },
        moved_too="moved too",
        parts={
            Part.MEANING: "same words, other meaning",
            Part.PICTURE: "same words, other picture",
        },
        removed="words taken away for good",
        hidden="words hidden by a group",
        why_hidden="hidden by the group",
        some_tenths="4 to 8",
    )
}


# How far from the national words: a rewording has one of three looks.
_STEPS = {Band.SMALL: 1, Band.REWORDED: 2, Band.REWRITTEN: 3}


class Look(NamedTuple):
    """How a cell looks: the name of its colour, its letter in a picture, and what it means."""

    name: str
    letter: str
    meaning: str


def of(language: str = ENGLISH) -> Labels:
    """The labels of a language, English ones where there are none."""
    return _LANGUAGES.get(language.partition("-")[0].lower(), _LANGUAGES[ENGLISH])


def likeness(similarity: float, language: str = ENGLISH) -> str:
    """How alike words are: "nearly the same", "7 of 10 words the same", "quite different"."""
    # Rounded down, so that what is not nearly the same never says 9 of 10.
    tenths = max(1, int(similarity * 10))
    return of(language).likeness[words.band(similarity)].format(tenths=tenths)


def looks(language: str = ENGLISH) -> list[Look]:
    """Every look that a cell can have, in the order of the states."""
    labels = of(language)
    found = []
    for state in State:
        if state is not State.REWORDED:
            found.append(Look(state.name.lower(), labels.letters[state], labels.states[state]))
            continue
        for band, step in _STEPS.items():
            alike = labels.likeness[band].format(tenths=labels.some_tenths)
            meaning = f"{labels.states[state]}: {alike}"
            found.append(Look(f"reworded-{step}", f"{labels.letters[state]}{step}", meaning))
    return found


def look(cell: Cell, language: str = ENGLISH) -> Look:
    """How a cell looks. Other meaning or picture, with the same words, is the least rewording."""
    name = cell.state.name.lower()
    if cell.state is State.REWORDED:
        step = 1
        if Part.WORDS in cell.parts:
            step = 3 if cell.similarity is None else _STEPS[words.band(cell.similarity)]
        name = f"reworded-{step}"
    return _named_looks(language)[name]


@lru_cache
def _named_looks(language: str) -> dict[str, Look]:
    return {each.name: each for each in looks(language)}


def details(cell: Cell, language: str = ENGLISH) -> tuple[str, ...]:
    """What is to be told of a cell besides its state."""
    return tuple(_details(cell, language))


def _details(cell: Cell, language: str) -> Iterator[str]:
    labels = of(language)
    if cell.state in {State.REWORDED, State.EARLIER}:
        if Part.WORDS in cell.parts:
            alike = cell.similarity
            yield labels.removed if alike is None else likeness(alike, language)
        else:
            yield from (text for part, text in labels.parts.items() if part in cell.parts)
    if cell.moved and cell.state is not State.MOVED:
        yield labels.moved_too


def counted(counts: Mapping[State, int], language: str = ENGLISH) -> list[str]:
    """Counts as short texts, in the order of the states; those of which there are none left out."""
    texts = of(language).counts
    return [texts[state].format(count=counts[state]) for state in State if counts.get(state)]
