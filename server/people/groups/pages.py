"""Pages of a group's people: who is in it, what they do, leaving and being taken out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import LastOrganiser, NotFilledIn, NotInTheGroup
from server.people.asking import group_asked_for
from server.people.groups import actions as groups
from server.people.groups.rules import Member, read_role
from server.people.permits import Action, Role, Who, may
from server.people.tables import GroupRow
from server.people.telling import permits_changed
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303
Change = Callable[[AsyncSession, GroupRow, Who], Awaitable[None]]
# What a page says when one comes back to it: by what was done.
TOLD = frozenset({"changed", "out", "over", "lead"})


# Who is in the group


async def show_people(request: Request) -> Response:
    """Everybody in the group, as they are called there, with what they do."""
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, who = await group_asked_for(session, request, Action.WATCH)
        people = await groups.people_in(session, group)
    told = request.query_params.get("done", "")
    return page(
        request,
        "people/people.html",
        {
            "group": group,
            "people": people,
            "may_organise": may(who, Action.ORGANISE, group),
            "may_invite": may(who, Action.INVITE, group),
            "is_in": group.id in who.roles,
            "lead": group.lead_id is not None,
            "done": told if told in TOLD else "",
        },
    )


# One person


async def show_person(request: Request) -> Response:
    """What somebody does in the group, to be changed by an organiser."""
    return await _person_page(request, "people/person.html")


async def change_role(request: Request) -> Response:
    """Let somebody do something else."""
    form = await read_form(request)
    written = text_of(form, "role")

    async def change(session: AsyncSession, group: GroupRow, who: Who) -> None:
        await groups.change_role(session, group, who, _person(request), read_role(written))

    return await _done_or_again(request, change, "people/person.html", "changed", written=written)


async def show_take_out(request: Request) -> Response:
    """What happens when somebody is taken out; one's own way out is another page."""
    return await _person_page(request, "people/take_out.html")


async def take_out(request: Request) -> Response:
    """Take somebody out of the group."""
    await read_form(request)

    async def change(session: AsyncSession, group: GroupRow, who: Who) -> None:
        await groups.remove(session, group, who, _person(request))

    return await _done_or_again(request, change, "people/take_out.html", "out")


async def show_hand_over(request: Request) -> Response:
    """What happens when one hands over to somebody."""
    return await _person_page(request, "people/hand_over.html")


async def hand_over(request: Request) -> Response:
    """Make somebody an organiser, and stop being one."""
    await read_form(request)

    async def change(session: AsyncSession, group: GroupRow, who: Who) -> None:
        await groups.hand_over(session, group, who, _person(request))

    return await _done_or_again(request, change, "people/hand_over.html", "over")


def _person(request: Request) -> str:
    person: str = request.path_params["person"]
    return person


async def _person_page(
    request: Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    """A page about one person in the group, for its organisers."""
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, who = await group_asked_for(session, request, Action.ORGANISE)
        people = await groups.people_in(session, group)
    person = _found(people, _person(request))
    return page(
        request,
        template,
        {
            "group": group,
            "person": person,
            "is_me": person.person_id == who.person_id,
            "is_last": is_last_organiser(people, person),
            **(values or {}),
        },
        status,
    )


async def _done_or_again(
    request: Request, change: Change, template: str, done: str, written: str = ""
) -> Response:
    """Make a change and go to the people; where it cannot be, the page again, saying why."""
    store: Store = request.app.state.store
    try:
        async with store.session() as session:
            group, who = await group_asked_for(session, request, Action.ORGANISE)
            await change(session, group, who)
            permits_changed(session, request.app.state.bus)
    except (LastOrganiser, NotFilledIn) as refusal:
        wrong = {"wrong": refusal.sentence, "role": written}
        return await _person_page(request, template, wrong, refusal.status)
    return RedirectResponse(f"/groups/{group.slug}/people?done={done}", SEE_OTHER)


def _found(people: list[Member], person_id: str) -> Member:
    for person in people:
        if person.person_id == person_id:
            return person
    raise NotInTheGroup


def is_last_organiser(people: list[Member], person: Member) -> bool:
    """Whether the group would have no organiser without this person."""
    organisers = [one for one in people if one.role is Role.ORGANISER]
    return organisers == [person]


# Oneself


async def show_leave(request: Request) -> Response:
    """What happens when one leaves the group."""
    return await _leave_page(request)


async def leave(request: Request) -> Response:
    """Leave the group. Nobody leaves for another person: a supporter leaves for themselves."""
    await read_form(request)
    store: Store = request.app.state.store
    try:
        async with store.session() as session:
            group, who = await group_asked_for(session, request, Action.WATCH)
            await groups.leave(session, group, who)
            permits_changed(session, request.app.state.bus)
    except LastOrganiser as refusal:
        return await _leave_page(request, refusal.status)
    return RedirectResponse("/?left=yes", SEE_OTHER)


async def _leave_page(request: Request, status: int = 200) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, who = await group_asked_for(session, request, Action.WATCH)
        people = await groups.people_in(session, group)
    me = _found(people, who.person_id)
    return page(
        request,
        "people/leave.html",
        {"group": group, "is_last": is_last_organiser(people, me), "hears": group.lead_id},
        status,
    )


# Who hears it when something is not right


async def show_lead(request: Request) -> Response:
    """Who hears reports, to be chosen by an organiser."""
    return await _lead_page(request)


async def name_lead(request: Request) -> Response:
    """Name who hears reports: somebody in the group, or all organisers."""
    chosen = text_of(await read_form(request), "lead")
    if not chosen:
        return await _lead_page(request, "Please choose somebody.")
    store: Store = request.app.state.store
    async with store.session() as session:
        group, who = await group_asked_for(session, request, Action.ORGANISE)
        lead = None if chosen == "organisers" else chosen
        await groups.name_lead(session, group, who, lead)
        permits_changed(session, request.app.state.bus)
    return RedirectResponse(f"/groups/{group.slug}/people?done=lead", SEE_OTHER)


async def _lead_page(request: Request, wrong: str = "") -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.ORGANISE)
        people = await groups.people_in(session, group)
    values = {"group": group, "people": people, "wrong": wrong}
    return page(request, "people/lead.html", values, 422 if wrong else 200)


def page(
    request: Request, name: str, values: Mapping[str, Any] | None = None, status: int = 200
) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


routes = [
    Route("/groups/{slug}/people", show_people),
    Route("/groups/{slug}/people/{person}", show_person),
    Route("/groups/{slug}/people/{person}", change_role, methods=["POST"]),
    Route("/groups/{slug}/people/{person}/take-out", show_take_out),
    Route("/groups/{slug}/people/{person}/take-out", take_out, methods=["POST"]),
    Route("/groups/{slug}/people/{person}/hand-over", show_hand_over),
    Route("/groups/{slug}/people/{person}/hand-over", hand_over, methods=["POST"]),
    Route("/groups/{slug}/leave", show_leave),
    Route("/groups/{slug}/leave", leave, methods=["POST"]),
    Route("/groups/{slug}/lead", show_lead),
    Route("/groups/{slug}/lead", name_lead, methods=["POST"]),
]
