import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from server.settings import Settings, bundled
from server.web.templates import Templates
from tests.support.pages import built_client


def request(who: object = None) -> Request:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/here",
        "headers": [(b"host", b"localhost")],
        "query_string": b"",
        "scheme": "http",
        "state": {"who": who, "request_id": "abc"},
    }
    return Request(scope)


def render(tmp_path: Path, settings: Settings | None = None, **values: object) -> str:
    templates = Templates(settings or Settings(), built_client(tmp_path / "dist"))
    values = {
        "title": "Title",
        "sentence": "Sentence.",
        "status": 404,
        "request_id": "abc",
    } | values
    return bytes(
        templates.page(request(values.pop("who", None)), "web/error.html", values).body
    ).decode()


def test_every_page_has_styles_help_and_a_way_home(tmp_path: Path) -> None:
    page = render(tmp_path)
    assert '<link rel="stylesheet" href="/static/assets/base-1.css">' in page
    assert "Ask an organiser of your group." in page
    assert 'href="/"' in page
    assert 'href="#main"' in page
    assert '<html lang="en-GB"' in page


def test_a_signed_in_person_is_named_and_can_sign_out(tmp_path: Path) -> None:
    page = render(tmp_path, who=SimpleNamespace(name="Ann <b>"))
    assert "You are <strong>Ann &lt;b&gt;</strong>" in page
    assert 'action="/sign-out"' in page
    assert "sign-out" not in render(tmp_path / "other")


def test_the_day_of_a_moment_is_the_day_that_people_had_then(tmp_path: Path) -> None:
    settings = Settings(time_zone="Europe/London")
    environment = Templates(settings, built_client(tmp_path / "dist")).environment
    day = environment.from_string("{{ at | in_words }}")
    assert day.render(at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026"
    assert day.render(at=date(2026, 7, 1)) == "1 July 2026"


def test_words_are_shown_as_words_never_as_markup(tmp_path: Path) -> None:
    page = render(tmp_path, sentence="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_no_page_has_scripts_or_styles_of_its_own(tmp_path: Path) -> None:
    page = render(tmp_path, who=SimpleNamespace(name="Ann"))
    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("help@charter.example", 'href="mailto:help@charter.example"'),
        ("01225 123456", 'href="tel:01225123456"'),
        ("https://charter.example/help", 'href="https://charter.example/help"'),
        ("Room 4, on Tuesdays", "<p>Room 4, on Tuesdays</p>"),
    ],
)
def test_help_names_a_person_and_how_to_reach_them(tmp_path: Path, contact: str, link: str) -> None:
    page = render(tmp_path, Settings(help_name="Sam Jones", help_contact=contact))
    assert "Ask Sam Jones." in page
    assert link in page


# accessibility.md, rules 1, 7 and 9, over everything that our templates say.

JARGON = {
    "fork", "merge", "diff", "commit", "upstream", "sync", "user", "document", "login", "log",
    "click", "edit", "editor", "draft", "submit", "error", "invalid", "browser", "server",
    "account", "url", "email", "website", "percent", "etc",
}  # fmt: skip
FOLDER = bundled("client", "templates")


def sentences(template: Path) -> list[str]:
    """What a template itself says to people, sentence by sentence."""
    text = re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.DOTALL)
    spoken = re.findall(r'"(?:text|titleText)": "([^"]*)"', text)
    text = re.sub(r"\{\{ govuk\w+\(\{.*?\}\) \}\}", "\n", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", "\n", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", " NAME ", text, flags=re.DOTALL)
    text = re.sub(r"</?(?:strong|span|a)\b[^>]*>", " ", text)
    spoken += re.sub(r"<[^>]*>", "\n", text, flags=re.DOTALL).splitlines()
    found = [part.strip() for line in spoken for part in re.split(r"(?<=[.!?])\s", line)]
    return [part for part in found if part]


@pytest.mark.parametrize(
    "template", sorted(FOLDER.rglob("*.html")), ids=lambda path: str(path.relative_to(FOLDER))
)
def test_templates_speak_in_short_plain_sentences(template: Path) -> None:
    for sentence in sentences(template):
        words = re.findall(r"[\w’'-]+", sentence)
        assert len(words) <= 15, sentence
        assert not JARGON & {word.lower() for word in words}, sentence
        assert "%" not in sentence


def test_the_check_of_sentences_sees_what_people_see() -> None:
    said = sentences(FOLDER / "people" / "invite.html")
    assert "Who do you want to invite?" in said
    assert "Write the name they like to be called." in said
    assert "You need no password." in sentences(FOLDER / "writing" / "home.html")
