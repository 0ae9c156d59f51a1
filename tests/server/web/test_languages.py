import pytest
from jinja2 import Environment

from server.people.preferences import LANGUAGES
from server.web.languages import PAGES, lang, quoting, said_in


def test_people_can_choose_the_language_that_pages_are_in() -> None:
    assert LANGUAGES == (PAGES,)


@pytest.mark.parametrize(
    ("language", "around", "attribute"),
    [
        ("cy", None, ' lang="cy"'),
        (PAGES, None, ""),
        ("EN-gb", None, ""),
        (None, None, ""),
        ("", None, ""),
        ("en-US", None, ' lang="en-US"'),
        ("cy", "cy", ""),
        (PAGES, "cy", f' lang="{PAGES}"'),
        (None, "cy", f' lang="{PAGES}"'),
    ],
)
def test_words_carry_their_language_where_those_around_them_are_in_another(
    language: str | None, around: str | None, attribute: str
) -> None:
    assert lang(language, around) == attribute


def test_words_within_a_sentence_of_ours_carry_their_language() -> None:
    assert said_in("Ein <Siarter>", "cy") == '<span lang="cy">Ein &lt;Siarter&gt;</span>'
    assert said_in("Our <Charter>", PAGES) == "Our &lt;Charter&gt;"


@pytest.mark.parametrize(
    ("sentence", "languages", "marked"),
    [
        (
            "We changed “dyn” to “dau”.",
            ["cy", "cy"],
            "We changed “<span>dyn</span>” to “<span>dau</span>”.",
        ),
        ("We took out “<b>”.", ["cy"], "We took out “<span>&lt;b&gt;</span>”."),
        ("We took out “must”.", [PAGES], "We took out “must”."),
        ("We took out “must” & more.", [PAGES, "cy"], "We took out “must” &amp; more."),
        ("This moved up.", ["cy"], "This moved up."),
    ],
)
def test_what_a_sentence_of_ours_quotes_carries_its_language(
    sentence: str, languages: list[str], marked: str
) -> None:
    assert quoting(sentence, *languages) == marked.replace("<span>", '<span lang="cy">')


def test_what_is_marked_is_not_escaped_again() -> None:
    template = Environment(autoescape=True).from_string("{{ said_in('Dŵr', 'cy') }}")
    assert template.render(said_in=said_in) == '<span lang="cy">Dŵr</span>'
