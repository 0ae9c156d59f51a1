"""The table of all local versions of an edition, and one statement as every place says it.

`/charters/<slug>/editions/<n>/table` (with `.csv` and `.json`) and, of one statement,
`/charters/<slug>/editions/<n>/statements/<item id>`. An edition is for whoever may read its
Charter; of the places, everybody sees those that they may read. What takes long (a thousand places)
is worked out and drawn in a thread, so that nobody who is writing waits for it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.comparing import everywhere, export, heat_map, labels, reading
from server.comparing.everywhere import Everywhere, Words
from server.comparing.matrix import Addition, Row, Worked
from server.comparing.pages import Switch
from server.comparing.reading import National, Place
from server.comparing.table_view import Asked, Shown, Telling
from server.comparing.worked import Tables
from server.errors import UnknownStatement
from server.people.permits import Who
from server.store import Store
from server.web.numbers import NUMBER
from server.web.spreadsheets import csv_answer
from server.web.templates import Templates
from server.writing import rich_text
from server.writing.rich_text import RichText


@dataclass(frozen=True, slots=True)
class _Found:
    """An edition, the places one may see, and the table of them."""

    national: National
    places: Sequence[Place]
    worked: Worked

    @property
    def path(self) -> str:
        return f"/charters/{self.national.charter.slug}/editions/{self.national.edition.number}"

    @property
    def names(self) -> list[str]:
        return [_name(place) for place in self.places]


class _Line(NamedTuple):
    """Words on one line, and their language; None for what we say ourselves."""

    text: str
    language: str | None


async def table(request: Request) -> Response:
    """The table, as a table or as a picture; on small screens as a list of statements."""
    store: Store = request.app.state.store
    asked = Asked.of(request.query_params)
    async with store.reading() as session:
        found = await _find(request, session)
        shown = Shown(found.worked, asked)
        hidden = await reading.hidden_in(session, found.national, found.places)
        said = await reading.words_of(session, _digests(shown), hidden)
    return await asyncio.to_thread(_table_page, request, found, shown, said)


def _table_page(
    request: Request, found: _Found, shown: Shown, said: Mapping[str, Words]
) -> Response:
    asked, made = shown.asked, found.worked.table
    names, here = found.names, f"{found.path}/table"
    own = [names[place] for place in shown.columns]
    language = found.national.edition.language
    headings = {item: _line(said.get(digest), language) for item, digest in made.headings}
    templates: Templates = request.app.state.templates
    cells = templates.environment.get_template("comparing/cell.html").make_module()
    tell = Telling(labels.ENGLISH, getattr(cells, "cell"))  # noqa: B009 -- a macro, unknown to mypy
    values: dict[str, Any] = {
        **_common(found),
        "asked": asked,
        "shown": shown,
        "made": made,
        "columns": [found.places[place] for place in shown.columns],
        "names": own,
        "column_counts": [labels.counted(made.columns[place]) for place in shown.columns],
        "told_all": labels.counted(made.counts),
        "headings": headings,
        "areas": [
            (
                headings.get(area or ""),
                [
                    _row(row, _line(said.get(row.digest), language), shown, tell, own)
                    for row in rows
                ],
            )
            for area, rows in shown.areas
        ],
        "added": [_added(group, shown, found.places, said) for group in shown.shown_groups],
        "ways": [
            Switch("As a table", here + asked.but(picture=False), not asked.picture),
            Switch("As a picture", here + asked.but(picture=True), asked.picture),
        ],
        "csv": f"{here}.csv",
        "json": f"{here}.json",
    }
    if asked.picture:
        values["pictures"] = heat_map.pictures(shown.rows, names, shown.columns)
        values["key"] = heat_map.key()
        values["by_place"] = [_of_place(place, names[place], shown) for place in shown.columns]
    return templates.page(request, "comparing/table.html", values)


def _row(row: Row, words: _Line, shown: Shown, tell: Telling, names: Sequence[str]) -> Any:
    cells = [row.cells[place] for place in shown.columns]
    return {
        "id": row.item_id,
        "number": row.number,
        "words": words,
        "counts": labels.counted(row.counts),
        "cells": tell.drawn(cells),
        "by_words": tell.by_words(cells, names),
    }


def _added(
    group: Sequence[Addition], shown: Shown, places: Sequence[Place], said: Mapping[str, Words]
) -> Any:
    having = {addition.place for addition in group}
    return {
        "id": group[0].item_id,
        "words": _line(said.get(group[0].digest), places[group[0].place].language),
        "count": len(having),
        "cells": [place in having for place in shown.columns],
        "names": ", ".join(_name(places[place]) for place in sorted(having)),
    }


def _of_place(place: int, name: str, shown: Shown) -> Any:
    """One row of the picture in words: with which statements this place did what."""
    found: dict[str, list[str]] = {look.meaning: [] for look in heat_map.key()}
    for row in shown.rows:
        cell = row.cells[place]
        if cell.is_difference:
            found[labels.look(cell).meaning].append(str(row.number))
    return {
        "name": name,
        "done": [(said, ", ".join(numbers)) for said, numbers in found.items() if numbers],
        "added": shown.added[place],
    }


async def table_csv(request: Request) -> Response:
    """The table for spreadsheets: with the words of all statements, and why."""
    found, texts, whys = await _everything(request)
    rows = export.table_rows(found.worked.table, found.worked.groups, found.names, texts, whys)
    return await asyncio.to_thread(csv_answer, rows, f"{found.national.charter.slug}.csv")


async def table_json(request: Request) -> Response:
    """The table as data."""
    found, texts, whys = await _everything(request)

    def answer() -> Response:
        made = export.table_json(found.worked.table, found.worked.groups, texts, whys)
        return JSONResponse({**_about(found), **made})

    return await asyncio.to_thread(answer)


async def statement(request: Request) -> Response:
    """One statement as every place says it, near-identical wordings together, with why."""
    found, there = await _everywhere(request)
    templates: Templates = request.app.state.templates
    everything = request.query_params.get("words") == "all"

    def answer() -> Response:
        return templates.page(
            request,
            "comparing/statement.html",
            {
                **_common(found),
                "there": there,
                "groups": there.groups if everything else there.groups[: everywhere.MOST_SHOWN],
                "names": found.names,
                "told": labels.counted(there.counts),
                "here": f"{found.path}/statements/{there.item_id}",
                "next": _neighbours(found, there.item_id),
            },
        )

    return await asyncio.to_thread(answer)


async def statement_csv(request: Request) -> Response:
    """One statement as every place says it, for spreadsheets."""
    found, there = await _everywhere(request)
    return csv_answer(there.rows(found.names), f"{there.item_id}.csv")


async def statement_json(request: Request) -> Response:
    """One statement as every place says it, as data."""
    found, there = await _everywhere(request)
    return JSONResponse({**_about(found), **there.json()})


async def _find(request: Request, session: AsyncSession) -> _Found:
    who: Who | None = request.state.who
    tables: Tables = request.app.state.tables
    slug, number = request.path_params["slug"], request.path_params["number"]
    national = await reading.find_national(session, who, slug, number)
    places = await reading.places_of(session, who, national.charter.id)
    return _Found(national, places, await tables.of(session, national, places))


async def _everything(
    request: Request,
) -> tuple[_Found, dict[str, str], dict[tuple[int, str], str]]:
    """The table, and all its words and whys as plain text."""
    store: Store = request.app.state.store
    async with store.reading() as session:
        found = await _find(request, session)
        made = found.worked.table
        digests = {row.digest for row in made.rows} | {digest for _, digest in made.headings}
        digests |= {addition.digest for addition in made.additions}
        hidden = await reading.hidden_in(session, found.national, found.places)
        said = await reading.words_of(session, digests, hidden)
        whys = await reading.said(session, found.places)
    return (
        found,
        {digest: each.unseen or rich_text.plain(each.words) for digest, each in said.items()},
        {
            (each.place, each.item_id): labels.of().why_hidden
            if each.why_hidden
            else rich_text.plain(each.why or ())
            for each in whys
            if each.why or each.why_hidden
        },
    )


async def _everywhere(request: Request) -> tuple[_Found, Everywhere]:
    store: Store = request.app.state.store
    item_id: str = request.path_params["item"]
    async with store.reading() as session:
        found = await _find(request, session)
        asked = everywhere.asked(found.worked, item_id)
        if asked is None:
            raise UnknownStatement
        said = await reading.said(session, found.places, asked.item_ids)
        digests = {each.digest for each in said} | asked.digests
        hidden = await reading.hidden_in(session, found.national, found.places)
        words = await reading.words_of(session, digests, hidden)
    return found, await asyncio.to_thread(everywhere.gathered, asked, said, words)


def _digests(shown: Shown) -> set[str]:
    """Of all words that the page shows."""
    made = shown.worked.table
    return {
        *(row.digest for row in shown.rows),
        *(digest for _, digest in made.headings),
        *(group[0].digest for group in shown.shown_groups),
    }


def _common(found: _Found) -> dict[str, Any]:
    national = found.national
    return {
        "charter": national.charter,
        "group": national.group,
        "edition": national.edition,
        "newest": national.newest,
        "path": found.path,
        "labels": labels.of(),
        "places": found.places,
        "names_of": {place.version: _name(place) for place in found.places},
        "version": f"{national.charter.slug}@{national.edition.number}",
    }


def _about(found: _Found) -> dict[str, Any]:
    """What every JSON answer says first."""
    edition = found.national.edition
    return {
        "charter": found.national.charter.slug,
        "title": edition.title,
        "edition": edition.number,
        "digest": edition.digest,
        "versions": [
            {
                "place": place.name,
                "version": place.version,
                "edition": place.number,
                "draft": place.is_draft,
                "made_from_edition": place.base_number,
            }
            for place in found.places
        ],
    }


def _neighbours(found: _Found, item_id: str) -> dict[str, str | None]:
    """The statements before and after this one."""
    items = [row.item_id for row in found.worked.table.rows]
    at = items.index(item_id) if item_id in items else None
    if at is None:
        return {"before": None, "after": None}
    return {
        "before": items[at - 1] if at else None,
        "after": items[at + 1] if at + 1 < len(items) else None,
    }


def _name(place: Place) -> str:
    return f"{place.name}, draft" if place.is_draft else place.name


def _line(said: Words | None, language: str) -> _Line:
    """Words on one line; where they cannot be read, what we say instead."""
    if said is None:
        return _Line(labels.of().removed, None)
    if said.unseen:
        return _Line(said.unseen, None)
    return _Line(_flat(said.words), language)


def _flat(rich: RichText) -> str:
    return rich_text.plain(rich).replace("\n", " ")


_EDITION = f"/charters/{{slug}}/editions/{NUMBER}"

routes = [
    Route(f"{_EDITION}/table", table),
    Route(f"{_EDITION}/table.csv", table_csv),
    Route(f"{_EDITION}/table.json", table_json),
    Route(_EDITION + "/statements/{item}.csv", statement_csv),
    Route(_EDITION + "/statements/{item}.json", statement_json),
    Route(_EDITION + "/statements/{item}", statement),
]
