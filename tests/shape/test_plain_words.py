"""Whatever our pages say, a person with a reading age of 9 to 11 can read it."""

from pathlib import Path

import pytest

from tests.support import interface_words, plain_words

ROOT = Path(__file__).parents[2]

# Sentences that are not plain, each with its reason. It should stay short.
EXCEPTIONS = {
    "Two statements in this file have the same id.": "read in a terminal, of `import`",
    "Lines Ben and Ben have the same id.": "read in a terminal, of `import`",
    "Another server uses this data folder.": "read in a terminal, of `serve`",
    "OUR_CHARTER_SMTP_URL must be like smtps://name:password@mail.example.org.": (
        "read in a terminal, of `serve`"
    ),
}


def test_every_sentence_of_the_pages_is_short_easy_and_without_jargon() -> None:
    found = sorted(
        {
            f"{file}: {finding}"
            for file, text in interface_words.of_program(ROOT)
            for finding in plain_words.findings(text)
            if finding.sentence not in EXCEPTIONS
        }
    )
    assert found == []


def test_every_exception_is_still_needed() -> None:
    found = {
        finding.sentence
        for _, text in interface_words.of_program(ROOT)
        for finding in plain_words.findings(text)
    }
    assert EXCEPTIONS.keys() <= found


def test_the_words_of_pages_refusals_and_scripts_are_all_looked_at() -> None:
    files = {file for file, _ in interface_words.of_program(ROOT)}
    assert "server/errors.py" in files
    assert "client/templates/base.html" in files
    assert "client/templates/writing/reading.html" in files


@pytest.mark.parametrize(
    "sentence",
    [
        "No internet. Keep writing: your words are safe on this device.",
        "You are not signed in. Open your link and press Come in.",
        "Ben is writing here",
        "Change these words",
        "Undo",
        "Press “Come in”. You need no password.",
    ],
)
def test_plain_words_pass(sentence: str) -> None:
    assert list(plain_words.findings(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Authentication was unsuccessful.", "reading grade"),
        ("Accessibility", "reading grade"),
        ("Your changes could not be merged.", "jargon (merged"),
        (
            "We write and read and talk and plan and walk and eat and sleep and then go home.",
            "words",
        ),
        ("Organisational responsibilities", "reading grade"),
    ],
)
def test_hard_words_long_sentences_and_jargon_are_found(sentence: str, reason: str) -> None:
    assert any(reason in found.reason for found in plain_words.findings(sentence))


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("home", 1),
        ("houses", 2),
        ("asked", 1),
        ("wanted", 2),
        ("table", 2),
        ("rule", 1),
        ("statement", 2),
        ("somewhere", 2),
        ("special", 2),
        ("information", 4),
        ("understand", 3),
        ("languages", 3),
        ("people’s", 2),
        ("co-production", 4),
    ],
)
def test_syllables_are_counted_as_they_are_said(word: str, count: int) -> None:
    assert plain_words.syllables(word) == count


def test_a_template_gives_its_words_attributes_and_what_it_hands_to_macros() -> None:
    source = (
        '{% extends "base.html" %}{% block title %}Come in{% endblock %}'
        '<p class="lead">You are <b>{{ name }}</b>\n now.</p>'
        '<input aria-label="Words of statement {{ n }}"><script>Not.this()</script>'
        '{{ button({"text": "Press here", "classes": "wide"}) }}'
        "{# Nor this. #}<p>{% if a %}One.{% else %}Two.{% endif %}</p>"
    )
    assert interface_words.of_template(source) == [
        "Come in",
        "You are Ben now.",
        "One.",
        "Two.",
        "Words of statement Ben",
        "Press here",
    ]


def test_python_gives_sentences_but_no_docstring_and_no_name() -> None:
    source = (
        '"""A module. It has words."""\n'
        'sentence = "You may read this."\n'
        'raise NoName(f"Use at most {most} letters.")\n'
        'kind = "Kind"\n'
    )
    assert list(interface_words.of_python(source)) == [
        "You may read this.",
        "Use at most Ben letters.",
    ]


def test_typescript_gives_every_string_of_a_words_file_and_sentences_elsewhere() -> None:
    source = (
        'import { x } from "./x";\n// "Not this."\n'
        'export const saved = "Saved";\n'
        "export const here = (name: string) => `${name} is here.`;\n"
    )
    assert list(interface_words.of_typescript(source, only_sentences=False)) == [
        "Saved",
        "Ben is here.",
    ]
    assert list(interface_words.of_typescript(source, only_sentences=True)) == ["Ben is here."]
