"""Pages of people: coming in by a link, signing out, inviting somebody."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import MayNot, NotFilledIn, NotSignedIn
from server.people import actions
from server.people.permits import Action, Role, Who, may
from server.people.rules import same_name, tidy_name
from server.people.sessions import sign_out
from server.people.signing_in import forget, remember, session_of
from server.people.tables import GroupRow
from server.settings import Settings
from server.store import Store
from server.web.forms import FIELD, read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303


async def show_invitation(request: Request) -> Response:
    """One button, "Come in". Looking uses nothing up: link checkers look at every link."""
    who: Who | None = request.state.who
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    async with store.reading() as session:
        invitation = await actions.look_at_invitation(session, request.path_params["token"])
        was_theirs = await _was_theirs(session, invitation, who)
    if was_theirs:
        return _to_group(invitation.group)
    invitation.check()
    return templates.page(
        request,
        "people/come_in.html",
        {
            "name": invitation.row.name,
            "group": invitation.group,
            "same": who is not None and same_name(who.name, invitation.row.name or ""),
        },
    )


async def come_in(request: Request) -> Response:
    """Use the invitation up, sign its person in and bring them to their group."""
    who: Who | None = request.state.who
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    browser = text_of(await read_form(request), FIELD)
    token: str = request.path_params["token"]
    async with store.session() as session:
        invitation = await actions.look_at_invitation(session, token)
        if await _was_theirs(session, invitation, who):
            return _to_group(invitation.group)
        arrival = await actions.come_in(session, token, who, browser, settings.session_days)
        before = session_of(request)
        if before is not None:
            # A browser keeps one session only: nobody could end the other one any more.
            await sign_out(session, before)
    response = _to_group(arrival.group)
    remember(response, arrival.session_token, settings)
    return response


async def end_session(request: Request) -> Response:
    """Sign this device out."""
    await read_form(request)
    secret = session_of(request)
    if secret is not None:
        async with request.app.state.store.session() as session:
            await sign_out(session, secret)
    response = RedirectResponse("/", SEE_OTHER)
    forget(response, request.app.state.settings)
    return response


async def show_invite(request: Request) -> Response:
    """The form on which an organiser names somebody to invite."""
    group = await _group_to_invite_to(request)
    templates: Templates = request.app.state.templates
    return templates.page(request, "people/invite.html", {"group": group})


async def invite(request: Request) -> Response:
    """Make the link, and show it once: we keep only a hash of it."""
    group = await _group_to_invite_to(request)
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    form = await read_form(request)
    written, role = text_of(form, "name"), text_of(form, "role")
    try:
        name = tidy_name(written, missing="Please write the name of the person.")
    except NotFilledIn as wrong:
        values = {"group": group, "name": written, "role": role, "wrong": wrong.sentence}
        return templates.page(request, "people/invite.html", values, wrong.status)
    if role not in set(Role):
        raise NotFilledIn("Please choose what the person can do.")
    async with store.session() as session:
        known = await actions.find_member(session, group, name)
        token = await actions.invite(session, group, name, Role(role), settings.invitation_days)
    return templates.page(
        request,
        "people/invited.html",
        {
            "group": group,
            "name": name,
            "known": known is not None,
            "link": f"{settings.address}/come-in/{token}",
            "days": settings.invitation_days,
        },
    )


async def _group_to_invite_to(request: Request) -> GroupRow:
    who: Who | None = request.state.who
    if who is None:
        raise NotSignedIn
    async with request.app.state.store.reading() as session:
        group = await actions.find_group(session, request.path_params["slug"])
    if not may(who, Action.INVITE, group):
        raise MayNot
    return group


async def _was_theirs(
    session: AsyncSession, invitation: actions.Invitation, who: Who | None
) -> bool:
    return who is not None and await actions.was_used_by(session, invitation.row, who.person_id)


def _to_group(group: GroupRow) -> Response:
    return RedirectResponse(f"/groups/{group.slug}", SEE_OTHER)


routes = [
    Route("/come-in/{token}", show_invitation),
    Route("/come-in/{token}", come_in, methods=["POST"]),
    Route("/sign-out", end_session, methods=["POST"]),
    Route("/groups/{slug}/invite", show_invite),
    Route("/groups/{slug}/invite", invite, methods=["POST"]),
]
