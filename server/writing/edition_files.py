"""Editions as files, which anybody may keep, pass on and check (`edition_check`).

JSON: the object that the digest is made of (`edition` has its form), with `"our-charter": "edition
1"`, the `digest`, and in each item what it `says`: words, meaning, picture and why, null where they
were forgotten for good. Take these away again, and it is what the digest was computed over.

Markdown: the file of its Charter (`markdown_out`), with what the edition says of itself in lines on
top, and the digests of each item in its comment. What was forgotten has a sentence in its place.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.errors import FileTooBig, NotACharter, NotAnEdition, NotUtf8, SameIdTwice
from server.writing import charter as charters
from server.writing import edition as form
from server.writing import rich_text, wording
from server.writing.charter import Kind
from server.writing.edition import Edition, EditionItem
from server.writing.markdown_in import parse_all
from server.writing.markdown_out import markdown
from server.writing.wording import Wording

MARK = "our-charter"
FORM = f"edition {form.VERSION}"
# A Charter of 4 MB, written as JSON.
LARGEST = 32_000_000


def read(data: bytes) -> tuple[Edition, str]:
    """The edition in a file of either form, and the digest that the file says.

    Raises FileTooBig and NotAnEdition.
    """
    if len(data) > LARGEST:
        raise FileTooBig("This file is too big for an edition.")
    return from_json(data) if _is_json(data) else from_markdown(data)


def holds_only(data: bytes, edition: Edition) -> bool:
    """Whether a file of this edition is as we write it, and so says nothing else.

    White space makes no difference: mail programs change it.
    """
    if _is_json(data):
        return _sorted(json.loads(data)) == _sorted(json_value(edition))
    return data.decode("utf-8-sig").split() == to_markdown(edition).split()


def to_json(edition: Edition) -> str:
    """The JSON file of an edition."""
    return json.dumps(json_value(edition), ensure_ascii=False, indent=1) + "\n"


def json_value(edition: Edition) -> dict[str, Any]:
    """What the JSON file holds."""
    value = form.value(edition)
    for listed, item in zip(value["items"], edition.items, strict=True):
        listed["says"] = _says(item)
    return {MARK: FORM, "digest": form.digest(edition), **value}


def from_json(data: bytes) -> tuple[Edition, str]:
    """The edition in a JSON file, and the digest that the file says. Raises NotAnEdition."""
    try:
        value = json.loads(data)
        if value[MARK] != FORM:
            raise NotAnEdition
        return _edition(value), str(value["digest"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAnEdition from error


def to_markdown(edition: Edition) -> str:
    """The Markdown file of an edition."""
    facts = {
        "edition": FORM,
        "charter": edition.charter_id,
        "number": str(edition.number),
        "name": edition.name,
        "by": edition.by,
        "published-at": form.moment(edition.published_at),
        "note": edition.note,
        "people": json.dumps(edition.people, ensure_ascii=False) if edition.people else "",
        "stands-on": edition.stands_on or "",
        "digest": form.digest(edition),
    }
    marks = {
        item.id: " ".join(
            [
                f"wording={item.wording_digest}",
                *(["words-removed"] if item.wording is None else []),
                *([f"why={item.why_digest}"] if item.why_digest != form.NO_WHY else []),
                *(["why-removed"] if item.why is None else []),
            ]
        )
        for item in edition.items
    }
    return markdown(edition.told, facts, marks)


def from_markdown(data: bytes) -> tuple[Edition, str]:
    """The edition in a Markdown file, and the digest that the file says. Raises NotAnEdition."""
    try:
        parsed = parse_all(data)
        facts = parsed.facts
        if facts.get("edition") != FORM:
            raise NotAnEdition
        items = tuple(
            _marked(item, parsed.marks[item.id]) for item in form.all_items_of(parsed.charter)
        )
        edition = Edition(
            charter_id=facts["charter"],
            by=facts["by"],
            number=int(facts["number"]),
            name=facts.get("name", ""),
            note=facts.get("note", ""),
            published_at=form.read_moment(facts["published-at"]),
            title=parsed.charter.title,
            summary=parsed.charter.summary,
            language=parsed.charter.language,
            people=tuple(map(str, json.loads(facts.get("people", "[]")))),
            stands_on=facts.get("stands-on"),
            items=items,
        )
        return edition, facts["digest"]
    except (NotUtf8, NotACharter, SameIdTwice, ValueError, KeyError, TypeError) as error:
        raise NotAnEdition from error


def _is_json(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{"


def _sorted(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _says(item: EditionItem) -> dict[str, Any]:
    says = item.wording
    return {
        "words": None if says is None else rich_text.to_json(says.words),
        "meaning": None if says is None else rich_text.to_json(says.meaning),
        "picture": None if says is None else says.picture,
        "why": None if item.why is None else rich_text.to_json(item.why),
    }


def _edition(value: Mapping[str, Any]) -> Edition:
    items = tuple(_item(listed) for listed in value["items"])
    if len({item.id for item in items}) < len(items):
        raise NotAnEdition
    return Edition(
        charter_id=str(value["charter"]),
        by=str(value["by"]),
        number=int(value["number"]),
        name=str(value["name"]),
        note=str(value["note"]),
        published_at=form.read_moment(value["published_at"]),
        title=str(value["title"]),
        summary=str(value["summary"]),
        language=str(value["language"]),
        people=tuple(map(str, value["people"])),
        stands_on=None if value["stands_on"] is None else str(value["stands_on"]),
        items=items,
    )


def _item(listed: Mapping[str, Any]) -> EditionItem:
    says = listed["says"]
    item_id, picture = listed["id"], says["picture"]
    if not charters.is_name(item_id) or not (picture is None or charters.is_name(picture)):
        raise NotAnEdition
    return EditionItem(
        id=item_id,
        kind=Kind(listed["kind"]),
        wording_digest=str(listed["wording"]),
        why_digest=str(listed["why"]),
        left_out=bool(listed["left_out"]),
        origins=tuple(map(str, listed["origins"])),
        wording=None
        if says["words"] is None
        else wording.canonical(
            Wording(
                rich_text.from_json(says["words"]), rich_text.from_json(says["meaning"]), picture
            )
        ),
        why=None
        if says["why"] is None
        else wording.canonical_text(rich_text.from_json(says["why"])),
    )


def _marked(item: EditionItem, marks: Mapping[str, str]) -> EditionItem:
    """An item that was read from Markdown, with the digests and gaps that its comment tells."""
    return replace(
        item,
        wording_digest=marks["wording"],
        why_digest=marks.get("why", form.NO_WHY),
        wording=None if "words-removed" in marks else item.wording,
        why=None if "why-removed" in marks else item.why,
        position="",
    )
