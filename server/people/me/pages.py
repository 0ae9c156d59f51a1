"""My page, and the small pages behind it: my name, my e-mail, the groups I can leave."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import Refusal
from server.people.asking import asking, asking_wholly
from server.people.hidden import told_to
from server.people.me import actions as me
from server.people.tables import PersonRow
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303
# What my page may say was done, by the word in its address.
DONE: Mapping[str, str] = {
    "name": "We changed your name.",
    "picture": "We changed your picture.",
    "email": "We changed your e-mail address.",
}


def to_my_page(done: str) -> Response:
    """Back to my page, which says what was done."""
    return RedirectResponse(f"/me?done={done}", SEE_OTHER)


def page(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """A page of mine."""
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


async def show_me(request: Request) -> Response:
    """My page: who I am here, and where to change it."""
    who = asking(request)
    async with _store(request).reading() as session:
        person = await session.get_one(PersonRow, who.person_id)
        groups = await me.groups_of(session, who)
        hidden = await told_to(session, person)
    done = DONE.get(request.query_params.get("done", ""))
    values = {"person": person, "groups": groups, "hidden": hidden, "done": done}
    return page(request, "people/me.html", values)


async def show_name(request: Request) -> Response:
    """The form for another name."""
    return page(request, "people/me_name.html", {"name": asking_wholly(request).name})


async def change_name(request: Request) -> Response:
    """Take another name."""
    form, who = await read_form(request), asking_wholly(request)
    written = text_of(form, "name")
    try:
        async with _store(request).session() as session:
            await me.change_name(session, who, written)
    except Refusal as wrong:
        values = {"name": written, "wrong": wrong.sentence}
        return page(request, "people/me_name.html", values, wrong.status)
    return to_my_page("name")


async def show_email(request: Request) -> Response:
    """The form for an e-mail address."""
    who = asking_wholly(request)
    async with _store(request).reading() as session:
        person = await session.get_one(PersonRow, who.person_id)
    return page(request, "people/me_email.html", {"email": person.email or ""})


async def change_email(request: Request) -> Response:
    """Keep another e-mail address, or none."""
    form, who = await read_form(request), asking_wholly(request)
    written = text_of(form, "email")
    try:
        async with _store(request).session() as session:
            await me.change_email(session, who, written)
    except Refusal as wrong:
        values = {"email": written, "wrong": wrong.sentence}
        return page(request, "people/me_email.html", values, wrong.status)
    return to_my_page("email")


async def show_leave(request: Request) -> Response:
    """The groups one can leave, each with its own page for that."""
    who = asking(request)
    async with _store(request).reading() as session:
        groups = await me.groups_of(session, who)
    return page(request, "people/me_leave.html", {"groups": groups})


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


routes = [
    Route("/me", show_me),
    Route("/me/name", show_name),
    Route("/me/name", change_name, methods=["POST"]),
    Route("/me/email", show_email),
    Route("/me/email", change_email, methods=["POST"]),
    Route("/me/leave", show_leave),
]
