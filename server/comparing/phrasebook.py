"""The sentences in which changes are told: one table for each language.

A sentence is always a whole template, never glued from words, so that a language may put them in
its own order. `{old}`, `{new}` and `{words}` are filled with words from the text, in quotes where
the template has them; the others with a number. At most 15 words, with 8 quoted ones in it.

A new language is one more table in `LANGUAGES`, under the first part of its tag ("cy").
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How changes in one part of an item (its words, what it means, why) are told."""

    taken_out: str
    taken_out_long: str
    put_in: str
    put_in_long: str
    changed: str
    moved: str
    rewritten: str
    signs: str
    typed: str
    bold: str
    not_bold: str
    link: str
    no_link: str
    other_link: str
    bullet: str
    no_bullet: str
    new_line: str
    same_line: str
    more: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """How a changed small word that matters is pointed out."""

    changed: str
    gone: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """All sentences of one language."""

    words: Told
    meaning: Told
    why: Told
    negation: Pointed
    modal: Pointed
    number: Pointed
    kept: str
    added: str
    added_heading: str
    left_out: str
    put_back: str
    moved_up: str
    moved_down: str
    other_area: str
    picture_new: str
    picture_gone: str
    picture_other: str
    split_from: str
    split_from_one: str
    split_into: str
    split_into_one: str
    joined_from: str
    joined_from_one: str
    joined_into: str
    joined_into_one: str


ENGLISH = Phrasebook(
    words=Told(
        taken_out="We took out “{old}”.",
        taken_out_long="We took out {count} words, from “{first}” to “{last}”.",
        put_in="We added “{new}”.",
        put_in_long="We added {count} words, from “{first}” to “{last}”.",
        changed="We changed “{old}” to “{new}”.",
        moved="We moved “{words}” to another place.",
        rewritten="We said this in new words.",
        signs="We changed only signs, such as dots.",
        typed="We typed “{words}” in another way.",
        bold="We made “{words}” bold.",
        not_bold="“{words}” is no longer bold.",
        link="“{words}” is now a link.",
        no_link="“{words}” is no longer a link.",
        other_link="The link “{words}” now leads to another place.",
        bullet="“{words}” is now in a list.",
        no_bullet="“{words}” is no longer in a list.",
        new_line="A new line now starts at “{words}”.",
        same_line="“{words}” now goes on in the same line.",
        more="We made {count} more small changes.",
        first="We wrote the first words.",
        last="We took out all the words.",
    ),
    meaning=Told(
        taken_out="In what it means, we took out “{old}”.",
        taken_out_long="In what it means, we took out {count} words.",
        put_in="In what it means, we added “{new}”.",
        put_in_long="In what it means, we added {count} words.",
        changed="In what it means, we changed “{old}” to “{new}”.",
        moved="In what it means, we moved “{words}”.",
        rewritten="We said what it means in new words.",
        signs="In what it means, we changed only signs.",
        typed="In what it means, we typed “{words}” in another way.",
        bold="In what it means, we made “{words}” bold.",
        not_bold="In what it means, “{words}” is no longer bold.",
        link="In what it means, “{words}” is now a link.",
        no_link="In what it means, “{words}” is no longer a link.",
        other_link="In what it means, the link “{words}” leads to another place.",
        bullet="In what it means, “{words}” is now in a list.",
        no_bullet="In what it means, “{words}” is no longer in a list.",
        new_line="In what it means, a new line starts at “{words}”.",
        same_line="In what it means, “{words}” goes on in the same line.",
        more="We made {count} more small changes to what it means.",
        first="We added what it means.",
        last="We took out what it means.",
    ),
    why=Told(
        taken_out="In our why, we took out “{old}”.",
        taken_out_long="In our why, we took out {count} words.",
        put_in="In our why, we added “{new}”.",
        put_in_long="In our why, we added {count} words.",
        changed="In our why, we changed “{old}” to “{new}”.",
        moved="In our why, we moved “{words}”.",
        rewritten="We said why in new words.",
        signs="In our why, we changed only signs.",
        typed="In our why, we typed “{words}” in another way.",
        bold="In our why, we made “{words}” bold.",
        not_bold="In our why, “{words}” is no longer bold.",
        link="In our why, “{words}” is now a link.",
        no_link="In our why, “{words}” is no longer a link.",
        other_link="In our why, the link “{words}” leads to another place.",
        bullet="In our why, “{words}” is now in a list.",
        no_bullet="In our why, “{words}” is no longer in a list.",
        new_line="In our why, a new line starts at “{words}”.",
        same_line="In our why, “{words}” goes on in the same line.",
        more="We made {count} more small changes to why.",
        first="We said why.",
        last="We took out why.",
    ),
    negation=Pointed(
        changed="Look: “{old}” is now “{new}”.",
        gone="Look: “{old}” is gone.",
        new="Look: “{new}” is new here.",
    ),
    modal=Pointed(
        changed="Look: “{old}” is now “{new}”.",
        gone="Look: “{old}” is gone.",
        new="Look: “{new}” is new here.",
    ),
    number=Pointed(
        changed="Look: the number “{old}” is now “{new}”.",
        gone="Look: the number “{old}” is gone.",
        new="Look: the number “{new}” is new here.",
    ),
    kept="This stayed the same.",
    added="We added this.",
    added_heading="We added this heading.",
    left_out="We left this out.",
    put_back="We put this back.",
    moved_up="This moved up.",
    moved_down="This moved down.",
    other_area="This is now in another part.",
    picture_new="We added a picture.",
    picture_gone="We took the picture away.",
    picture_other="We chose another picture.",
    split_from="This was part of another statement.",
    split_from_one="This was part of statement {number}.",
    split_into="We made two statements of this one.",
    split_into_one="A part of this is now statement {number}.",
    joined_from="We joined another statement to this one.",
    joined_from_one="We joined statement {number} to this one.",
    joined_into="This is now part of another statement.",
    joined_into_one="This is now part of statement {number}.",
)

_OTHERS = {"We": "They", "we": "they", "Our": "Their", "our": "their", "us": "them"}
_OURS = re.compile(rf"\b(?:{'|'.join(_OTHERS)})\b")


def _of_others(book: Phrasebook | Told | Pointed) -> Any:
    """English sentences, said of another group: "They took out …"."""
    said: dict[str, Any] = {}
    for field in fields(book):
        value = getattr(book, field.name)
        said[field.name] = (
            _OURS.sub(lambda found: _OTHERS[found[0]], value)
            if isinstance(value, str)
            else _of_others(value)
        )
    return replace(book, **said)


LANGUAGES: Mapping[str, Phrasebook] = {"en": ENGLISH}
OF_OTHERS: Mapping[str, Phrasebook] = {"en": _of_others(ENGLISH)}


def of(language: str, *, by_others: bool = False) -> Phrasebook:
    """The sentences of a language ("en-GB"), or English where there are none yet.

    `by_others`: they tell what another group did, "They added …", and not what we did.
    """
    books = OF_OTHERS if by_others else LANGUAGES
    return books.get(language.partition("-")[0].casefold(), books["en"])
