"""Pages on which an organiser or the lead hides words with a reason, and shows them again."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import Refusal, UnknownPage
from server.live.hiding import HidingWords, Wanted, kept
from server.live.history_pages import SEE_OTHER, charter_of, name_of, page_of, zone_of
from server.live.history_view import day
from server.people.permits import Action, Who
from server.people.safety.hiding import LONGEST_REASON
from server.people.tables import GroupRow
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.languages import PAGES
from server.writing import history
from server.writing.charter import Item
from server.writing.hidden import WHY, WORDS
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow
from server.writing.taking_out import digest_of, says_nothing


async def show_hide(request: Request) -> Response:
    """What can be hidden of a statement, as it is now or as it was (`version`), and the form."""
    row, group = await charter_of(request, Action.HIDE)
    return await _page(request, row, group, {"version": request.query_params.get("version", "")})


async def hide(request: Request) -> Response:
    """Hide what was chosen, and go back to the statement's history."""
    form = await read_form(request)
    row, group = await charter_of(request, Action.HIDE)
    who: Who = request.state.who
    hiding: HidingWords = request.app.state.hiding
    item_id: str = request.path_params["item"]
    what, reason = text_of(form, "what"), text_of(form, "reason")
    version = text_of(form, "version")
    try:
        await hiding.hide(row, Wanted.read(item_id, what, is_now=not version), reason, who)
    except Refusal as refusal:
        filled_in = {"version": version, "what": what, "reason": reason[: LONGEST_REASON + 1]}
        return await _page(request, row, group, filled_in, refusal)
    return RedirectResponse(f"/charters/{row.slug}/history/{item_id}?done=hidden", SEE_OTHER)


async def show_hidden(request: Request) -> Response:
    """All that is hidden of a Charter, for those who may show it again."""
    row, group = await charter_of(request, Action.HIDE)
    return await _hidden(request, row, group)


async def show_again(request: Request) -> Response:
    """Show something again."""
    await read_form(request)
    row, group = await charter_of(request, Action.HIDE)
    hiding: HidingWords = request.app.state.hiding
    try:
        await hiding.show(row, request.path_params["hiding"], request.state.who)
    except Refusal as refusal:
        return await _hidden(request, row, group, refusal)
    return RedirectResponse(f"/charters/{row.slug}/hidden?done=shown", SEE_OTHER)


async def _hidden(
    request: Request, row: CharterRow, group: GroupRow, refusal: Refusal | None = None
) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        charter = await read_charter(session, row.id)
        found = await kept(session, row.id)
    there = {item.id: item for item in charter.items}
    return page_of(
        request,
        "history/hidden.html",
        {
            "slug": row.slug,
            "group": group,
            "charter": charter,
            "language": charter.language,
            "found": [
                {
                    "kept": one,
                    "name": _name(there.get(one.hiding.item_id), charter),
                    "day": day(one.hiding.at, PAGES, zone_of(request)),
                }
                for one in found
            ],
            "done": request.query_params.get("done", ""),
            "refused": None if refusal is None else refusal.sentence,
        },
        200 if refusal is None else refusal.status,
    )


async def _page(
    request: Request,
    row: CharterRow,
    group: GroupRow,
    filled_in: dict[str, str],
    refusal: Refusal | None = None,
) -> Response:
    item_id: str = request.path_params["item"]
    version = filled_in["version"]
    store: Store = request.app.state.store
    async with store.reading() as session:
        charter = await read_charter(session, row.id)
        now = await history.present(session, row.id, item_id)
        earlier = await history.earlier(session, row.id, item_id)
    items = [one.version.item for one in earlier if one.key == version]
    if not version and now is not None:
        items = [now.item]
    if not items:
        raise UnknownPage
    item = items[0]
    choices = [part for part in (WORDS, WHY) if not says_nothing(item, part)]
    return page_of(
        request,
        "history/hide.html",
        {
            "slug": row.slug,
            "group": group,
            "language": charter.language,
            "item": item,
            "name": name_of(item, charter),
            "choices": [_choice(item, part) for part in choices],
            "wrong": None if refusal is None else refusal.sentence,
            **filled_in,
        },
        200 if refusal is None else refusal.status,
    )


def _choice(item: Item, part: str) -> dict[str, Any]:
    text = "The why" if part == WHY else "The words, what they mean, and the picture"
    return {"value": f"{part}:{digest_of(item, part)}", "text": text}


def _name(item: Item | None, charter: Any) -> str:
    return "A statement that went" if item is None else name_of(item, charter)


routes = [
    Route("/charters/{slug}/hidden", show_hidden),
    Route("/charters/{slug}/hidden/{hiding}/show", show_again, methods=["POST"]),
    Route("/charters/{slug}/history/{item}/hide", show_hide),
    Route("/charters/{slug}/history/{item}/hide", hide, methods=["POST"]),
]
