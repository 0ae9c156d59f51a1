"""The page on which people change the title of a Charter and the words under it.

Whoever may write there may: a title is words like others. It stands here because it changes the
document, through the room, so that those who write see it at once.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NotFilledIn, Refusal, Trouble
from server.live.history_pages import SEE_OTHER, charter_of, page_of
from server.live.rooms import Rooms
from server.people.permits import Action
from server.people.tables import GroupRow
from server.web.forms import read_form, text_of
from server.writing import document, titles
from server.writing.authors import author_of
from server.writing.diary import About
from server.writing.tables import CharterRow


async def show_title(request: Request) -> Response:
    """The title and the words under it, to be changed."""
    row, group = await charter_of(request, Action.WRITE)
    said = {About.TITLE: row.title, About.SUMMARY: row.summary}
    return _page(request, row, group, said, saved=request.query_params.get("done") == "yes")


async def change_title(request: Request) -> Response:
    """Store what this person changed; what only others changed meanwhile stays."""
    form = await read_form(request)
    row, group = await charter_of(request, Action.WRITE)
    rooms: Rooms = request.app.state.rooms
    written = {part: text_of(form, part) for part in About}
    said: dict[About, str] = {}
    for part, text in written.items():
        try:
            said[part] = titles.tidy(part, text)
        except NotFilledIn as wrong:
            return _page(request, row, group, written, refusal=wrong, field=part)
    now = {About.TITLE: row.title, About.SUMMARY: row.summary}
    changed = {
        part: text
        for part, text in said.items()
        if text not in (text_of(form, f"{part}_was"), now[part])
    }
    if changed:
        try:
            await rooms.change(
                row.id,
                partial(
                    document.set_meta,
                    title=changed.get(About.TITLE),
                    summary=changed.get(About.SUMMARY),
                ),
                author=author_of(request.state.who, row),
                record=partial(titles.record, row=row, who=request.state.who, parts=[*changed]),
            )
        except Refusal as refusal:
            return _page(request, row, group, written, refusal=refusal)
        # It is stored. Where pages cannot say so just now, they will when the Charter settles.
        with suppress(Trouble):
            await rooms.settling.settle(row.id)
    return RedirectResponse(f"/charters/{row.slug}/title?done=yes", SEE_OTHER)


def _page(
    request: Request,
    row: CharterRow,
    group: GroupRow,
    said: Mapping[About, str],
    *,
    saved: bool = False,
    refusal: Refusal | None = None,
    field: About = About.TITLE,
) -> Response:
    values: dict[str, Any] = {
        "slug": row.slug,
        "group": group,
        "language": row.language,
        "said": said,
        # So that it can be told what this person changed.
        "was": {About.TITLE: row.title, About.SUMMARY: row.summary},
        "saved": saved,
        "wrong": None if refusal is None else refusal.sentence,
        "wrong_field": field,
    }
    status = 200 if refusal is None else refusal.status
    return page_of(request, "drafting/title.html", values, status)


routes = [
    Route("/charters/{slug}/title", show_title),
    Route("/charters/{slug}/title", change_title, methods=["POST"]),
]
