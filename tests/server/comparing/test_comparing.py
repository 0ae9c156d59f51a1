"""Changed words on a page: told by marks and by words, never by colour alone."""

import re

from jinja2 import Environment, FileSystemLoader

from server.comparing import words
from server.settings import bundled
from server.web.languages import FILTERS
from tests.server.comparing.texts import text

_PAGES = Environment(
    loader=FileSystemLoader(bundled("client", "templates")),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters |= FILTERS
_HIDDEN = re.compile('<span class="govuk-visually-hidden">(.*?)</span>')


def _html(macro: str, old: str, new: str) -> str:
    page = _PAGES.get_template("comparing/words.html").module
    return str(getattr(page, macro)(words.changes(text(old), text(new))))


def _heard(html: str) -> str:
    """What a screen reader says."""
    return re.sub("<.*?>", "", html)


def _seen(html: str) -> str:
    return _HIDDEN.sub("", html)


def test_what_was_taken_out_and_put_in_has_marks_and_words() -> None:
    html = _html("marked", "You must ask us.", "You may ask us.")
    assert _heard(html) == "You  (taken out: must)  (put in: may)  ask us."
    assert _seen(html) == (
        '<p>You <del class="taken-out">must</del><ins class="put-in">may</ins> ask us.</p>'
    )


def test_the_blank_before_marked_words_has_no_mark() -> None:
    html = _html("marked", "I go.", "I go now.")
    assert ' <ins class="put-in">' in html  # a browser shows the first of two blanks only


def test_each_side_shows_only_its_own_words() -> None:
    old, new = "You must ask us.", "You may ask us."
    assert _heard(_html("old_side", old, new)) == "You  (taken out: must)  ask us."
    assert _heard(_html("new_side", old, new)) == "You  (put in: may)  ask us."


def test_a_link_that_leads_elsewhere_shows_both_places() -> None:
    old, new = "Read [it](https://x.org/1) now.", "Read [it](https://x.org/2) now."
    html = _html("marked", old, new)
    assert _heard(html) == "Read it (the link changed: before, now) now."
    assert 'href="https://x.org/1"' in html
    assert 'href="https://x.org/2"' in html


def test_a_link_made_or_taken_away_is_told() -> None:
    link, none = "Read [it](https://x.org) now.", "Read it now."
    assert _heard(_html("marked", none, link)) == "Read it (now a link) now."
    assert _heard(_html("marked", link, none)) == "Read it (no longer a link) now."


def test_words_that_only_look_different_are_told() -> None:
    assert _heard(_html("marked", "I ask.", "I **ask**.")) == "I ask (now bold)."
    assert _heard(_html("marked", "I **ask**.", "I ask.")) == "I ask (no longer bold)."
    assert _heard(_html("marked", "Our Home.", "Our home.")) == ("Our home (typed in another way).")


def test_bullets_stand_in_one_list() -> None:
    html = _html("marked", "I like:\n- tea\n- milk\nand you.", "I like:\n- tea\n- cake\nand you.")
    assert html.count("<ul>") == html.count("</ul>") == 1
    assert html.count("<li>") == html.count("</li>") == 3


def test_a_text_may_be_nothing_but_a_list() -> None:
    assert _seen(_html("marked", "- tea", "- tea\n- milk")) == (
        '<ul><li><p>tea</p></li><li><p><ins class="put-in">milk</ins></p></li></ul>'
    )


def test_words_are_never_markup() -> None:
    html = _html("marked", "a <b>", "a <script>alert(1)</script>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in _seen(html).replace("</ins>", "").replace('<ins class="put-in">', "")
