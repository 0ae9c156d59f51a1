"""Pages of Charters: the home page, the reading page and the drafting page.

They read the read side only; no page opens a CRDT document. Each asks `may`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.errors import MayNot, NotSignedIn, UnknownCharter
from server.people.groups.rules import DOES
from server.people.names import author_name
from server.people.permits import Action, Who, helped_in, may, visible_to
from server.people.tables import GroupRow
from server.store import Store
from server.web.templates import Templates
from server.writing.additions import Adds, OnCard, OnHome, gather
from server.writing.beside import Beside, gathered
from server.writing.charter import Charter, Item, Kind
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow

# What the drafting page's <template> elements are made from.
_BLANK_STATEMENT = Item(id="", kind=Kind.STATEMENT, position="")
_BLANK_HEADING = Item(id="", kind=Kind.HEADING, position="")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A group on the home page, with those of its Charters that one may see.

    `does` is what one does there, in the words of the pages; None in a group of others.
    """

    slug: str
    name: str
    picture: str | None
    charters: Sequence[CharterRow]
    may_organise: bool
    does: str | None


async def home(request: Request) -> Response:
    """The Charters one may see: those of one's groups first, then those of others."""
    who: Who | None = request.state.who
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    roles = {} if who is None else who.roles
    features: Sequence[OnCard] = getattr(request.app.state, "cards", ())
    async with store.reading() as session:
        mine, others = await _shelves(session, who)
        groups = [shelf for group_id, shelf in mine.items() if group_id in roles]
        news = {
            row.id: [note for feature in features for note in await feature(session, who, row)]
            for shelf in groups
            for row in shelf.charters
        }
        asked: Sequence[OnHome] = getattr(request.app.state, "home_notes", ())
        notes = [note for feature in asked for note in await feature(session, who)]
    values = {
        "notes": notes,
        "groups": groups,
        "others": _only(others, "everybody"),
        "for_groups": _only(others, "groups"),
        "news": news,
        "left": request.query_params.get("left") == "yes",
    }
    return templates.page(request, "writing/home.html", values)


def _only(shelves: Sequence[Shelf], visibility: str) -> list[Shelf]:
    """Of these shelves the Charters with this visibility."""
    found = (
        replace(shelf, charters=[row for row in shelf.charters if row.visibility == visibility])
        for shelf in shelves
    )
    return [shelf for shelf in found if shelf.charters]


async def _shelves(session: AsyncSession, who: Who | None) -> tuple[dict[str, Shelf], list[Shelf]]:
    """Shelves of one's own groups by group id, also empty ones, and those of other groups."""
    own = set() if who is None else set(who.roles)
    rows = await session.execute(
        select(GroupRow, CharterRow)
        .outerjoin(CharterRow, CharterRow.group_id == GroupRow.id)
        .where(or_(GroupRow.id.in_(own), CharterRow.visibility.in_(visible_to(who))))
        .order_by(GroupRow.kind.desc(), GroupRow.name, CharterRow.title, CharterRow.slug)
    )
    groups: dict[str, GroupRow] = {}
    charters: dict[str, list[CharterRow]] = {}
    for group, charter in rows:
        groups[group.id] = group
        found = charters.setdefault(group.id, [])
        if charter is not None and may(who, Action.READ, charter):
            found.append(charter)
    roles = {} if who is None else who.roles
    shelves = {
        key: Shelf(
            group.slug,
            group.name,
            group.picture,
            charters[key],
            may(who, Action.ORGANISE, group),
            DOES[roles[key]] if key in roles else None,
        )
        for key, group in groups.items()
    }
    others = [shelf for key, shelf in shelves.items() if key not in own and shelf.charters]
    return {key: shelf for key, shelf in shelves.items() if key in own}, others


async def read(request: Request) -> Response:
    """A Charter to read, listen to and print: complete without scripts."""
    who: Who | None = request.state.who
    row, group, charter = await _charter(request, Action.READ)
    templates: Templates = request.app.state.templates
    features: Sequence[Adds] = getattr(request.app.state, "additions", ())
    async with request.app.state.store.reading() as session:
        added = await gather(features, session, who, row, group)
        beside: Sequence[Beside] = getattr(request.app.state, "beside_reading", ())
        notes = await gathered(beside, session, who, row, charter)
    return templates.page(
        request,
        "writing/reading.html",
        {
            "slug": row.slug,
            "group": group,
            "charter": charter,
            "language": charter.language,
            **all_of(charter),
            "may_write": may(who, Action.WRITE, row),
            "may_watch": may(who, Action.WATCH, row),
            "additions": added,
            "beside": notes,
        },
    )


def all_of(charter: Charter) -> dict[str, Any]:
    """What `writing/whole.html` shows of a Charter."""
    kept = replace(charter, items=tuple(item for item in charter.items if not item.left_out))
    return {
        "sections": kept.sections,
        "contents": kept.headings,
        "left_out": [item for item in charter.statements if item.left_out],
        "numbers": charter.numbers,
    }


async def draft(request: Request) -> Response:
    """A Charter to change together, live; those who may only read see it change."""
    who: Who | None = request.state.who
    row, group, charter = await _charter(request, Action.WATCH)
    return await _with_beside(
        request,
        "drafting/draft.html",
        row,
        charter,
        {
            "row": row,
            "group": group,
            "language": charter.language,
            "numbers": charter.numbers,
            "may_write": may(who, Action.WRITE, row),
            "as_whom": who and _as_whom(who, row),
            "blank_statement": _BLANK_STATEMENT,
            "blank_heading": _BLANK_HEADING,
        },
    )


def _as_whom(who: Who, row: CharterRow) -> tuple[str | None, str, str | None]:
    """Whom this person helps here, and the name and picture under which they write."""
    helped = helped_in(who, row)
    if helped is None:
        return None, who.name, who.picture
    return helped.person_id, author_name(who.name, helped.name), helped.picture


async def draft_beside(request: Request) -> Response:
    """What stands beside the statements of a draft just now: the boxes alone, for its page."""
    row, _, charter = await _charter(request, Action.WATCH)
    return await _with_beside(request, "drafting/boxes.html", row, charter, {})


async def _with_beside(
    request: Request, template: str, row: CharterRow, charter: Charter, values: Mapping[str, Any]
) -> Response:
    """A page with what other features show beside the statements."""
    features: Sequence[Beside] = getattr(request.app.state, "beside", ())
    templates: Templates = request.app.state.templates
    async with request.app.state.store.reading() as session:
        notes = await gathered(features, session, request.state.who, row, charter)
    shown = {"slug": row.slug, "charter": charter, "beside": notes, "has_beside": bool(features)}
    return templates.page(request, template, {**shown, **values})


async def _charter(request: Request, action: Action) -> tuple[CharterRow, GroupRow, Charter]:
    """The Charter of this address, its group and what it says, if one may do this.

    Raises UnknownCharter, NotSignedIn or MayNot.
    """
    who: Who | None = request.state.who
    async with request.app.state.store.reading() as session:
        found = (
            await session.execute(
                select(CharterRow, GroupRow)
                .join(GroupRow, GroupRow.id == CharterRow.group_id)
                .where(CharterRow.slug == request.path_params["slug"])
            )
        ).one_or_none()
        if found is None:
            raise UnknownCharter
        row, group = found
        if not may(who, action, row):
            raise NotSignedIn if who is None else MayNot
        return row, group, (await read_charter(session, row.id)).shown


routes = [
    Route("/", home),
    Route("/charters/{slug}", read),
    Route("/charters/{slug}/draft", draft),
    Route("/charters/{slug}/draft/beside", draft_beside),
]
