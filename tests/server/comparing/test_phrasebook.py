"""Each language has every sentence, with the same places to fill in."""

import re
from dataclasses import fields, is_dataclass
from string import Formatter

import pytest

from server.comparing import phrasebook
from server.comparing.phrasebook import ENGLISH, LANGUAGES, OF_OTHERS
from tests.support import plain_words


def _sentences(table: object) -> dict[str, str]:
    found = {}
    assert is_dataclass(table)
    for field in fields(table):
        value = getattr(table, field.name)
        if isinstance(value, str):
            found[field.name] = value
        else:
            inner = _sentences(value)
            found |= {f"{field.name}.{name}": sentence for name, sentence in inner.items()}
    return found


def _filled_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_the_same_places_to_fill_in_in_every_language(language: str) -> None:
    english, others = _sentences(ENGLISH), _sentences(LANGUAGES[language])
    for name, sentence in others.items():
        assert sentence
        assert _filled_in(sentence) <= _filled_in(english[name]), name


def test_every_language_can_tell_what_others_did() -> None:
    assert set(OF_OTHERS) == set(LANGUAGES)
    assert OF_OTHERS["en"].words.taken_out == "They took out “{old}”."
    assert OF_OTHERS["en"].why.put_in == "In their why, they added “{new}”."
    ours = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
    assert not [said for said in _sentences(OF_OTHERS["en"]).values() if ours.search(said)]


def test_every_english_sentence_is_plain() -> None:
    found = [
        str(finding)
        for sentence in (*_sentences(ENGLISH).values(), *_sentences(OF_OTHERS["en"]).values())
        for finding in plain_words.findings(sentence)
    ]
    assert found == []


def test_a_language_is_found_by_the_first_part_of_its_tag() -> None:
    assert phrasebook.of("en-GB") is ENGLISH
    assert phrasebook.of("EN") is ENGLISH
    assert phrasebook.of("xx-YY") is ENGLISH
