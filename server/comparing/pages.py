"""The page of two versions, statement by statement, and the page to choose them.

`/compare?a=…&b=…` with `show=side|inline` and `much=changes|everything`; `/compare.csv` and
`/compare.json` are the same as data.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.comparing import align, cards, export, labels
from server.comparing.align import Comparison, Stance
from server.comparing.matrix import State
from server.comparing.side import Side, names_of
from server.comparing.sides import choices, read_sides
from server.errors import SameVersion
from server.people.permits import Who
from server.store import Store
from server.web.spreadsheets import csv_answer
from server.web.templates import Templates

SIDE, INLINE = "side", "inline"
CHANGES, EVERYTHING = "changes", "everything"
STATES: Mapping[Stance, State] = {stance: State[stance.name] for stance in Stance}


class Switch(NamedTuple):
    """One of a few pages of the same thing."""

    text: str
    path: str
    chosen: bool


async def compare(request: Request) -> Response:
    """Two versions, or the page to choose them where one is missing."""
    asked = request.query_params
    if not asked.get("a") or not asked.get("b"):
        return await _choose(request)
    try:
        sides = await _sides(request)
    except SameVersion as refusal:
        return await _choose(request, refusal)
    show = INLINE if asked.get("show") == INLINE else SIDE
    much = EVERYTHING if asked.get("much") == EVERYTHING else CHANGES
    comparison = align.compare(sides[0].charter, sides[1].charter)
    areas = cards.areas(comparison, *_unseen(sides), only_changes=much == CHANGES)
    names = names_of(*sides)
    templates: Templates = request.app.state.templates
    return templates.page(
        request,
        "comparing/compare.html",
        {
            "sides": sides,
            "names": names,
            "areas": areas,
            "show": show,
            "only_changes": much == CHANGES,
            "labels": labels.of(),
            "states": STATES,
            "told": labels.counted({STATES[s]: n for s, n in comparison.counts.items()}),
            "has_marks": any(card.is_compared for area in areas for card in area.cards),
            "turned": _path(request, a=asked["b"], b=asked["a"]),
            "choose": _path(request, a="", b=""),
            "ways": [
                Switch("Side by side", _path(request, show=SIDE), show == SIDE),
                Switch("In one text", _path(request, show=INLINE), show == INLINE),
            ],
            "much": [
                Switch("Only what is different", _path(request, much=CHANGES), much == CHANGES),
                Switch("Everything", _path(request, much=EVERYTHING), much == EVERYTHING),
            ],
            "csv": _file(request, ".csv"),
            "json": _file(request, ".json"),
        },
    )


async def compare_csv(request: Request) -> Response:
    """The comparison as a table for other programs."""
    sides, comparison = await _compared(request)
    rows = export.comparison_rows(comparison, names_of(*sides), *_unseen(sides))
    return csv_answer(rows, "compare.csv")


async def compare_json(request: Request) -> Response:
    """The comparison as data."""
    sides, comparison = await _compared(request)
    return JSONResponse(export.comparison_json(comparison, *sides))


def _unseen(sides: tuple[Side, Side]) -> tuple[frozenset[str], frozenset[str]]:
    """The items whose words cannot be read on one side, and those of them that are hidden."""
    first, second = sides
    return first.removed | second.removed, first.hidden | second.hidden


async def _compared(request: Request) -> tuple[tuple[Side, Side], Comparison]:
    sides = await _sides(request)
    return sides, align.compare(sides[0].charter, sides[1].charter)


async def _sides(request: Request) -> tuple[Side, Side]:
    who: Who | None = request.state.who
    asked = request.query_params
    store: Store = request.app.state.store
    async with store.reading() as session:
        return await read_sides(session, who, asked.get("a", ""), asked.get("b", ""))


async def _choose(request: Request, refusal: SameVersion | None = None) -> Response:
    """Two lists of everything that one may compare."""
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    async with store.reading() as session:
        charters = await choices(session, request.state.who)
    first = charters[0].versions if charters else ()
    asked = request.query_params
    values: dict[str, Any] = {
        "charters": charters,
        "a": asked.get("a") or (first[0].version if first else ""),
        "b": asked.get("b", ""),
        "wrong": None if refusal is None else refusal.sentence,
    }
    return templates.page(
        request, "comparing/choose.html", values, 200 if refusal is None else refusal.status
    )


def _path(request: Request, **changed: str) -> str:
    asked = {**request.query_params, **changed}
    return "/compare" + (f"?{urlencode(kept)}" if (kept := _filled(asked)) else "")


def _file(request: Request, ending: str) -> str:
    asked = {name: request.query_params[name] for name in ("a", "b")}
    return f"/compare{ending}?{urlencode(asked)}"


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


routes = [
    Route("/compare", compare),
    Route("/compare.csv", compare_csv),
    Route("/compare.json", compare_json),
]
