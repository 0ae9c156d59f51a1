"""Pages of adopting: recording that a group adopts an edition, and the register of who did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import MayNot, UnknownEdition
from server.people.asking import asking
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.publishing import adoptions
from server.publishing.asking import asked_for
from server.publishing.rules import (
    ROLES,
    Adopting,
    Present,
    WrongField,
    read_count,
    read_date,
    tidy_note,
)
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates
from server.writing import editions
from server.writing.tables import CharterRow, EditionRow

SEE_OTHER = 303
_DATES = ("adopted", "again")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A Charter with its editions, and the groups that this person may adopt one for."""

    row: CharterRow
    editions: Sequence[EditionRow]
    groups: Sequence[GroupRow]


async def show_adopt(request: Request) -> Response:
    """Which edition, on which date, and who was there?"""
    asked = await _asked(request)
    chosen = {
        "edition": request.query_params.get("edition") or _newest(asked),
        "group": request.query_params.get("group") or asked.groups[0].slug,
    }
    return _page(request, asked, chosen)


async def adopt(request: Request) -> Response:
    """Record it, and go to the page of the Charter."""
    form = await read_form(request)
    asked = await _asked(request)
    who: Who = request.state.who
    store: Store = request.app.state.store
    try:
        said = said_in(form)
        group, edition = _chosen(asked, form)
        async with store.session() as session:
            await adoptions.adopt(
                session, who, said, group=group, charter=asked.row, edition=edition
            )
    except WrongField as wrong:
        return _page(request, asked, written_in(form, wrong), wrong.status)
    return RedirectResponse(f"/charters/{asked.row.slug}/adoptions?done=new", SEE_OTHER)


async def show_register(request: Request) -> Response:
    """Who adopted this Charter, or their own version of it."""
    who: Who | None = request.state.who
    templates: Templates = request.app.state.templates
    async with request.app.state.store.reading() as session:
        row, group = await asked_for(session, request, Action.READ)
        found = await adoptions.register(session, row)
        groups = [] if who is None else await adoptions.groups_to_adopt_for(session, who, row)
        has_edition = await editions.newest(session, row.id) is not None
    # Its group is told of all; others of what they may read.
    of_group = may(who, Action.WATCH, row)
    listed = [
        {
            "adopted": adopted,
            "readable": may(who, Action.READ, adopted.charter),
            "may_correct": may(who, Action.ORGANISE, adopted.group),
        }
        for adopted in found
        if of_group or may(who, Action.READ, adopted.charter)
    ]
    return templates.page(
        request,
        "publishing/register.html",
        {
            "slug": row.slug,
            "row": row,
            "group": group,
            "listed": listed,
            "may_adopt": has_edition and bool(groups),
            "done": request.query_params.get("done") if groups else None,
        },
    )


async def _asked(request: Request) -> _Asked:
    """What is asked for. Raises NotSignedIn, MayNot, UnknownCharter, and UnknownEdition."""
    who = asking(request)
    async with request.app.state.store.reading() as session:
        row, _ = await asked_for(session, request, Action.READ)
        groups = await adoptions.groups_to_adopt_for(session, who, row)
        if not groups:
            raise MayNot
        found = await editions.of(session, row.id)
    if not found:
        raise UnknownEdition("There is no edition to adopt yet. Publish one first.")
    return _Asked(row, found, groups)


def _newest(asked: _Asked) -> str:
    return str(asked.editions[0].number)


def _chosen(asked: _Asked, form: FormData) -> tuple[GroupRow, EditionRow]:
    """The group and the edition of a form; the only group needs no choosing."""
    group = next((g for g in asked.groups if g.slug == text_of(form, "group")), None)
    if group is None:
        raise MayNot
    number = text_of(form, "edition")
    edition = next((one for one in asked.editions if str(one.number) == number), None)
    if edition is None:
        raise WrongField("edition", "Please choose an edition.")
    return group, edition


def said_in(form: FormData) -> Adopting:
    """What the form says. Raises WrongField."""
    adopted, again = (_date(form, field) for field in _DATES)
    if adopted is None:
        raise WrongField("adopted", "Write the date on which you adopt it.")
    return Adopting(
        adopted_on=adopted,
        look_again_on=again,
        present=[
            Present(role, read_count(role, text_of(form, f"present-{role}"))) for role in ROLES
        ],
        note=tidy_note(text_of(form, "note")),
    )


def written_in(form: FormData, wrong: WrongField) -> dict[str, Any]:
    """All that was written in a form, and what is wrong with it, for the form to show again."""
    written = {field: value for field, value in form.items() if isinstance(value, str)}
    return {**written, "wrong": wrong.sentence, "wrong_field": wrong.field}


def _date(form: FormData, field: str) -> date | None:
    return read_date(
        field, *(text_of(form, f"{field}-{part}") for part in ("day", "month", "year"))
    )


def _page(
    request: Request, asked: _Asked, values: Mapping[str, Any], status: int = 200
) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(
        request,
        "publishing/adopt.html",
        {
            "slug": asked.row.slug,
            "row": asked.row,
            "groups": [{"value": group.slug, "text": group.name} for group in asked.groups],
            "editions": [
                {"value": str(edition.number), "text": _name(edition)} for edition in asked.editions
            ],
            "roles": ROLES,
            "filled_in": values,
            "wrong": values.get("wrong"),
            "wrong_field": values.get("wrong_field"),
        },
        status,
    )


def _name(edition: EditionRow) -> str:
    return f"Edition {edition.number}" + (f": {edition.name}" if edition.name else "")


routes = [
    Route("/charters/{slug}/adopt", show_adopt),
    Route("/charters/{slug}/adopt", adopt, methods=["POST"]),
    Route("/charters/{slug}/adoptions", show_register),
]
