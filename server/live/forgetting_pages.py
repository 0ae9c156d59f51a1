"""Pages on which an organiser has earlier words of a statement forgotten for good: two steps.

First they choose; then a page says what will happen and what will not, and has one button.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NothingChosen, Refusal, UnknownPage
from server.live.forgetting import Forgetting
from server.live.history_pages import SEE_OTHER, charter_of, name_of, page_of, zone_of
from server.live.history_view import moment
from server.people.permits import Action, Who, may
from server.store import Store
from server.web.forms import read_form
from server.web.languages import PAGES
from server.writing import history
from server.writing.history import Earlier
from server.writing.read_side import read_charter
from server.writing.removing import Chosen, kept_for
from server.writing.rich_text import RichText
from server.writing.tables import CharterRow, ItemRow
from server.writing.versions import Version

BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be forgotten: what it says, and when it was said last."""

    value: str
    words: RichText
    meaning: RichText
    is_why: bool
    until: str | None


async def show_forget(request: Request) -> Response:
    """The words to choose from; with some chosen, what forgetting them will do."""
    row, group = await charter_of(request, Action.ORGANISE)
    asked = request.query_params
    chosen = frozenset(asked.getlist("what"))
    refusal = NothingChosen() if "next" in asked and not chosen else None
    return await _page(request, row, {"group": group}, chosen, refusal)


async def forget(request: Request) -> Response:
    """Forget what was chosen, and go back to the statement."""
    form = await read_form(request)
    row, group = await charter_of(request, Action.ORGANISE)
    who: Who = request.state.who
    forgetting: Forgetting = request.app.state.forgetting
    item_id: str = request.path_params["item"]
    values = frozenset(value for value in form.getlist("what") if isinstance(value, str))
    try:
        await forgetting.forget(row.id, _chosen(item_id, values), who.person_id)
    except Refusal as refusal:
        return await _page(request, row, {"group": group}, frozenset(), refusal)
    return RedirectResponse(f"/charters/{row.slug}/history/{item_id}?done=forgotten", SEE_OTHER)


async def _page(
    request: Request,
    row: CharterRow,
    about: dict[str, Any],
    chosen: frozenset[str],
    refusal: Refusal | None,
) -> Response:
    item_id: str = request.path_params["item"]
    store: Store = request.app.state.store
    async with store.reading() as session:
        charter = await read_charter(session, row.id)
        found = await history.earlier(session, row.id, item_id, hide=False)
        now = await history.present(session, row.id, item_id)
        said_now = set(
            await session.scalars(
                select(ItemRow.wording_digest).where(ItemRow.charter_id == row.id)
            )
        )
        choices = list(_choices(found, now, said_now, zone_of(request)))
        picked = [choice for choice in choices if choice.value in chosen]
        others, strangers = await _others(session, request.state.who, row, picked)
    if now is None and not found:
        raise UnknownPage
    item = now.item if now is not None else found[0].version.item
    is_sure = bool(picked) or BETWEEN in chosen
    return page_of(
        request,
        "history/sure.html" if is_sure else "history/forget.html",
        {
            **about,
            "slug": row.slug,
            "item": item,
            "language": charter.language,
            "name": name_of(item, charter),
            "choices": choices,
            "picked": picked,
            "between": BETWEEN in chosen,
            "others": others,
            "strangers": strangers,
            "wrong": None if refusal is None else refusal.sentence,
        },
        200 if refusal is None else refusal.status,
    )


def _chosen(item_id: str, values: Iterable[str]) -> Chosen:
    parts = [value.partition(":") for value in values]
    return Chosen(
        item_id,
        frozenset(digest for part, _, digest in parts if part == "words"),
        frozenset(digest for part, _, digest in parts if part == "why"),
        between=BETWEEN in values,
    )


def _choices(
    found: Sequence[Earlier], now: Version | None, said_now: set[str], zone: str
) -> Iterable[Choice]:
    """Each earlier wording and reason once, but for those that the Charter says now."""
    seen = {f"words:{digest}" for digest in said_now}
    if now is not None:
        seen.add(f"why:{now.why_digest}")
    for one in found:
        version, item = one.version, one.version.item
        until = None if one.until is None else moment(one.until, PAGES, zone)
        words = f"words:{version.digest}"
        if not version.words_removed and words not in seen:
            seen.add(words)
            yield Choice(words, item.words, item.meaning, False, until)
        why = f"why:{version.why_digest}"
        if item.why and why not in seen:
            seen.add(why)
            yield Choice(why, item.why, (), True, until)


async def _others(
    session: AsyncSession, who: Who, row: CharterRow, picked: Sequence[Choice]
) -> tuple[list[CharterRow], int]:
    """The other Charters that keep these words, and how many more that one may not read."""
    connection = await session.connection()
    kept: set[str] = set()
    for choice in picked:
        if not choice.is_why:
            digest = choice.value.partition(":")[2]
            kept |= await connection.run_sync(kept_for, row.id, digest)
    rows = await session.scalars(
        select(CharterRow).where(CharterRow.id.in_(kept)).order_by(CharterRow.title)
    )
    seen = [other for other in rows if may(who, Action.READ, other)]
    return seen, len(kept) - len(seen)


routes = [
    Route("/charters/{slug}/history/{item}/forget", show_forget),
    Route("/charters/{slug}/history/{item}/forget", forget, methods=["POST"]),
]
