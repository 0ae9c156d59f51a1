"""Pages on which a group puts right what it wrote down about adopting an edition, or takes it back.

They are for the organisers of the group that adopted, whoever's Charter it is. Another edition is
another adoption: that is written down anew.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.people.asking import asking
from server.people.permits import Action
from server.publishing import adoptions
from server.publishing.adopting_pages import SEE_OTHER, said_in, written_in
from server.publishing.adoptions import Adopted
from server.publishing.asking import asked_for
from server.publishing.rules import ROLES, WrongField
from server.store import Store
from server.web.forms import read_form
from server.web.templates import Templates


async def show_correct(request: Request) -> Response:
    """The form of adopting, filled in with what was written down."""
    adopted = await _asked(request)
    return _page(request, "publishing/correct.html", adopted, _filled_in(adopted))


async def correct(request: Request) -> Response:
    """Put it right, and go to the register."""
    form = await read_form(request)
    adopted = await _asked(request)
    store: Store = request.app.state.store
    try:
        said = said_in(form)
        async with store.session() as session:
            await adoptions.correct(session, request.state.who, adopted.adoption.id, said)
    except WrongField as wrong:
        values = written_in(form, wrong)
        return _page(request, "publishing/correct.html", adopted, values, wrong.status)
    return _to_register(adopted, "corrected")


async def show_take_back(request: Request) -> Response:
    """Was it a mistake? What happens when it is taken back."""
    return _page(request, "publishing/take_back.html", await _asked(request), {})


async def take_back(request: Request) -> Response:
    """Take it back: it was never adopted."""
    await read_form(request)
    adopted = await _asked(request)
    store: Store = request.app.state.store
    async with store.session() as session:
        await adoptions.take_back(session, request.state.who, adopted.adoption.id)
    return _to_register(adopted, "back")


async def _asked(request: Request) -> Adopted:
    """The adoption of this address, if it is one's own to correct.

    Raises NotSignedIn, MayNot, UnknownCharter, and UnknownPage where nobody adopted so.
    """
    who = asking(request)
    async with request.app.state.store.reading() as session:
        row, _ = await asked_for(session, request, Action.READ)
        adoption_id: str = request.path_params["adoption"]
        return await adoptions.to_correct(session, who, adoption_id, of_charter=row.id)


def _filled_in(adopted: Adopted) -> dict[str, Any]:
    """What was written down, as the fields of the form."""
    adoption = adopted.adoption
    days = {"adopted": adoption.adopted_on, "again": adoption.look_again_on}
    return {
        **{
            f"{field}-{part}": str(getattr(day, part))
            for field, day in days.items()
            for part in ("day", "month", "year")
            if day is not None
        },
        **{f"present-{present.role}": str(present.count) for present in adopted.present},
        "note": adoption.note,
    }


def _page(
    request: Request,
    name: str,
    adopted: Adopted,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(
        request,
        name,
        {
            "slug": adopted.charter.slug,
            "row": adopted.charter,
            "adopted": adopted,
            "roles": ROLES,
            "filled_in": values,
            "wrong": values.get("wrong"),
            "wrong_field": values.get("wrong_field"),
        },
        status,
    )


def _to_register(adopted: Adopted, done: str) -> Response:
    return RedirectResponse(f"/charters/{adopted.charter.slug}/adoptions?done={done}", SEE_OTHER)


routes = [
    Route("/charters/{slug}/adoptions/{adoption}", show_correct),
    Route("/charters/{slug}/adoptions/{adoption}", correct, methods=["POST"]),
    Route("/charters/{slug}/adoptions/{adoption}/take-back", show_take_back),
    Route("/charters/{slug}/adoptions/{adoption}/take-back", take_back, methods=["POST"]),
]
