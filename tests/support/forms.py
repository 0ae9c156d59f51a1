"""The forms of a page, filled in as a person would: for tests that send them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

# What is written where a form asks for text.
_TEXTS = {"email": "somebody@example.org", "date": "2026-06-01", "number": "1", "search": "home"}
_UNSENT = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    """Where it goes, how, and what it sends: the first choice of each, and some words in each."""

    action: str
    method: str
    enctype: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    def filled(self, **fields: str) -> dict[str, str]:
        return {**self.fields, **fields}


def forms_of(page: str) -> list[Form]:
    """Every form of a page, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_to(page: str, action: str) -> Form:
    """The form that is sent to this address; the one without an address goes to its own page."""
    found = [form for form in forms_of(page) if form.method == "post"]
    for form in found:
        if form.action.partition("?")[0] == action:
            return form
    for form in found:
        if not form.action:
            return form
    raise AssertionError(f"no form on this page goes to {action}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        present = {name for name, _ in attrs}
        if tag == "form":
            self._form = Form(
                said.get("action", ""), said.get("method", "get").lower(), said.get("enctype", "")
            )
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input":
            self._input(self._form, said, present)
        elif tag == "textarea" and "name" in said:
            self._area = said["name"]
            self._form.fields[self._area] = ""
        elif tag == "select":
            self._select = said.get("name")
        elif tag == "option" and self._select:
            if "selected" in present or self._select not in self._form.fields:
                self._form.fields[self._select] = said.get("value", "")
        elif tag == "button" and "name" in said and said.get("type", "submit") == "submit":
            self._form.fields.setdefault(said["name"], said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area and self._form is not None:
            said = self._form.fields[self._area].strip()
            self._form.fields[self._area] = said or "Some words."
            self._area = None

    def _input(self, form: Form, said: Mapping[str, str], present: set[str]) -> None:
        kind, name = said.get("type", "text"), said.get("name")
        if kind == "file" and name:
            form.files.add(name)
        if name is None or kind in _UNSENT:
            return
        if kind in {"radio", "checkbox"}:
            chosen = "checked" in present or name not in form.fields
            if chosen:
                form.fields[name] = said.get("value", "on")
        elif kind == "hidden":
            form.fields[name] = said.get("value", "")
        elif said.get("inputmode") == "numeric":
            form.fields[name] = said.get("value") or "1"
        else:
            form.fields[name] = said.get("value") or _TEXTS.get(kind, "Some words")


def each_form(pages: Mapping[str, str]) -> Iterator[tuple[str, Form]]:
    """Every form of these pages, with the address of its page."""
    for address, page in pages.items():
        for form in forms_of(page):
            yield address, form
