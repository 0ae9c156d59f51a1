"""Pages of history: the diary, one sitting, one statement with its earlier words, and putting back.

Names are for the group, so only those may look who may watch. They stand here, and not with the
other pages of what was written, because putting words back changes a document.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import MayNot, NotSignedIn, Refusal, UnknownCharter, UnknownPage
from server.live import history_view as view
from server.live.rooms import Rooms
from server.people.audit import What, record_on
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.settings import Settings
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.languages import PAGES
from server.web.numbers import page_asked
from server.web.templates import Templates
from server.writing import edits, history
from server.writing.authors import author_of, helped_by
from server.writing.charter import Charter, Item, Kind
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow

SEE_OTHER = 303
# How many versions of a statement stand on one page.
_AT_ONCE = 20


async def show_diary(request: Request) -> Response:
    """Who wrote when, in sentences, the newest first; `page` counts from 1."""
    row, group = await charter_of(request, Action.WATCH)
    store: Store = request.app.state.store
    async with store.reading() as session:
        found = await history.diary(session, row.id, page_asked(request))
        charter = await read_charter(session, row.id)
    return page_of(
        request,
        "history/diary.html",
        {
            **_about(row, group, charter),
            "days": view.days(found, PAGES, zone_of(request)),
            "page": found.page,
            "pages": found.pages,
        },
    )


async def show_sitting(request: Request) -> Response:
    """One sitting: what changed in each statement, and who wrote in it."""
    row, group = await charter_of(request, Action.WATCH)
    store: Store = request.app.state.store
    async with store.reading() as session:
        charter = await read_charter(session, row.id)
        sitting, changes = await history.sitting(session, row.id, request.path_params["sitting"])
    return page_of(
        request,
        "history/sitting.html",
        {
            **_about(row, group, charter),
            "sitting": sitting,
            "day": view.day(sitting.last_at, PAGES, zone_of(request)),
            "touched": view.cards(changes, charter.numbers, PAGES),
        },
    )


async def show_statement(request: Request) -> Response:
    """All that one statement or heading ever said."""
    row, group = await charter_of(request, Action.WATCH)
    return await _statement(request, row, group, done=request.query_params.get("done", ""))


async def put_back(request: Request) -> Response:
    """Make a statement say again what it said then, as a new change by this person."""
    form = await read_form(request)
    row, group = await charter_of(request, Action.WRITE)
    who: Who = request.state.who
    store: Store = request.app.state.store
    rooms: Rooms = request.app.state.rooms
    item_id: str = request.path_params["item"]
    async with store.reading() as session:
        found = await history.earlier(session, row.id, item_id)
    chosen = next((one for one in found if one.key == text_of(form, "version")), None)
    if chosen is None or not chosen.version.is_whole:
        raise UnknownPage
    try:
        # Else a sitting in which all came back to what it was would have come to nothing.
        await rooms.settling.sittings.end(row.id)
        await rooms.change(
            row.id,
            partial(edits.restore, item=chosen.version.item),
            author=author_of(who, row),
            items=[item_id],
            record=partial(_note_put_back, row=row, who=who, item_id=item_id),
        )
    except Refusal as refusal:
        return await _statement(request, row, group, refusal=refusal)
    return RedirectResponse(f"/charters/{row.slug}/history/{item_id}?done=back", SEE_OTHER)


def _note_put_back(connection: Connection, *, row: CharterRow, who: Who, item_id: str) -> None:
    record_on(
        connection,
        What.PUT_BACK,
        by=who,
        for_id=helped_by(who, row),
        group_id=row.group_id,
        charter_id=row.id,
        item=item_id,
    )


async def _statement(
    request: Request,
    row: CharterRow,
    group: GroupRow,
    *,
    done: str = "",
    refusal: Refusal | None = None,
) -> Response:
    who: Who | None = request.state.who
    item_id: str = request.path_params["item"]
    store: Store = request.app.state.store
    async with store.reading() as session:
        charter = await read_charter(session, row.id)
        found = await history.earlier(session, row.id, item_id)
        now = await history.present(session, row.id, item_id)
        removals = await history.removals(session, row.id, item_id)
    if now is None and not found:
        raise UnknownPage
    item = now.item if now is not None else found[0].version.item
    zone = zone_of(request)
    versions = view.versions(found, now, PAGES, zone)
    page, pages = page_asked(request), max(1, -(-len(versions) // _AT_ONCE))
    if not 1 <= page <= pages:
        raise UnknownPage
    return page_of(
        request,
        "history/statement.html",
        {
            **_about(row, group, charter),
            "item": item,
            "name": name_of(item, charter),
            "versions": versions[(page - 1) * _AT_ONCE : page * _AT_ONCE],
            "page": page,
            "pages": pages,
            "removals": [(one, view.day(one.at, PAGES, zone)) for one in removals],
            "may_write": may(who, Action.WRITE, row),
            "may_organise": may(who, Action.ORGANISE, row),
            "may_hide": may(who, Action.HIDE, row),
            "done": done,
            "refused": None if refusal is None else refusal.sentence,
        },
        200 if refusal is None else refusal.status,
    )


async def charter_of(request: Request, action: Action) -> tuple[CharterRow, GroupRow]:
    """The Charter of this address and its group, if one may do this; settled, so history has all.

    Raises UnknownCharter, NotSignedIn or MayNot.
    """
    who: Who | None = request.state.who
    store: Store = request.app.state.store
    rooms: Rooms = request.app.state.rooms
    asked = (
        select(CharterRow, GroupRow)
        .join(GroupRow, GroupRow.id == CharterRow.group_id)
        .where(CharterRow.slug == request.path_params["slug"])
    )
    async with store.reading() as session:
        found = (await session.execute(asked)).one_or_none()
    if found is None:
        raise UnknownCharter
    row, group = found
    if who is None or not may(who, action, row):
        raise NotSignedIn if who is None else MayNot
    if row.settled_seq < row.last_seq:
        await rooms.settling.settle(row.id)
    return row, group


def name_of(item: Item, charter: Charter) -> str:
    """What a page calls an item: "Statement 4", "This heading"."""
    number = charter.numbers.get(item.id)
    if item.kind is Kind.HEADING:
        return "This heading"
    return "This statement" if number is None else f"Statement {number}"


def zone_of(request: Request) -> str:
    """Where the people here are, whose days and hours pages tell."""
    settings: Settings = request.app.state.settings
    return settings.time_zone


def page_of(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


def _about(row: CharterRow, group: GroupRow, charter: Charter) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "group": group,
        "charter": charter,
        "language": charter.language,
        "numbers": charter.numbers,
    }


routes = [
    Route("/charters/{slug}/history", show_diary),
    Route("/charters/{slug}/history/sittings/{sitting}", show_sitting),
    Route("/charters/{slug}/history/{item}", show_statement),
    Route("/charters/{slug}/history/{item}/put-back", put_back, methods=["POST"]),
]
