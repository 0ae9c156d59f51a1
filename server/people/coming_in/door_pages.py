"""The page where one comes in without a link at hand: by the code of a card, or by e-mail."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server import logs
from server.errors import TooManyTries, UnknownCode, UnknownPage, WrongField
from server.people.coming_in.codes import read_code
from server.people.coming_in.invitations import Arriving
from server.people.coming_in.link_pages import (
    SEE_OTHER,
    by_code,
    change_sessions,
    device_of,
    to_group,
)
from server.people.coming_in.sign_in_links import first_group_of, look_at_link, make_links, use_link
from server.people.letters import sign_in
from server.people.mail import Post
from server.people.permits import Who
from server.people.rules import tidy_email
from server.people.signing_in import remember
from server.settings import Settings
from server.store import Store
from server.web.forms import FIELD, read_form, text_of
from server.web.limits import Limits, address_of
from server.web.templates import Templates

log = logs.logger(__name__)


async def show_door(request: Request) -> Response:
    """Every way to come in that there is here."""
    return _door(request, {})


async def type_code(request: Request) -> Response:
    """Lead on to the card with this code, whose one button lets in."""
    typed = text_of(await read_form(request), "code")
    try:
        async with request.app.state.store.reading() as session:
            invitation = await by_code(session, request, typed)
        invitation.check()
    except UnknownCode as wrong:
        return _door(request, {"wrong_code": wrong.sentence, "code": typed}, wrong.status)
    return RedirectResponse(f"/in/{read_code(typed)}", SEE_OTHER)


async def ask_for_mail(request: Request) -> Response:
    """Send a link to this address, if somebody here has it.

    The answer is the same whether somebody has it or not, and is given before we look.
    """
    post: Post = request.app.state.post
    limits: Limits = request.app.state.limits
    written = text_of(await read_form(request), "email")
    if not post.can_send:
        raise UnknownPage
    try:
        email = tidy_email(written)
    except WrongField as wrong:
        return _door(request, {"wrong_email": wrong.sentence, "email": written}, wrong.status)
    address = address_of(request)
    await limits.check("mail-from", address)
    await limits.count("mail-from", address)
    post.soon(lambda: _send_links(request, email))
    return RedirectResponse("/come-in/email-sent", SEE_OTHER)


async def show_mail_sent(request: Request) -> Response:
    """What to do now, in the same words for every address."""
    templates: Templates = request.app.state.templates
    return templates.page(request, "people/come_in_sent.html")


async def show_link(request: Request) -> Response:
    """One button, "Come in as Ben". Link checkers look at every link: nothing is used up."""
    who: Who | None = request.state.who
    templates: Templates = request.app.state.templates
    async with request.app.state.store.reading() as session:
        link = await look_at_link(session, request.path_params["token"])
        group = await first_group_of(session, link.person.id)
    is_same = who is not None and who.person_id == link.person.id
    if is_same and link.row.used_at is not None:
        return RedirectResponse("/", SEE_OTHER) if group is None else to_group(group)
    link.check()
    values = {"name": link.person.name, "same": is_same}
    return templates.page(request, "people/come_back.html", values)


async def press_link(request: Request) -> Response:
    """Use the link, sign its person in and bring them to their group."""
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    form = await read_form(request)
    device = device_of(request, form)
    arriving = Arriving(
        browser=text_of(form, FIELD),
        days=settings.session_days,
        device=device,
        zone=settings.time_zone,
    )
    async with store.session() as session:
        link = await look_at_link(session, request.path_params["token"])
        secret = await use_link(session, link, arriving)
        group = await first_group_of(session, link.person.id)
        await change_sessions(session, request)
    response = RedirectResponse("/", SEE_OTHER) if group is None else to_group(group)
    remember(response, secret, settings, shared=device.shared)
    return response


async def _send_links(request: Request, email: str) -> None:
    post: Post = request.app.state.post
    limits: Limits = request.app.state.limits
    settings: Settings = request.app.state.settings
    try:
        await limits.check("mail-to", email)
    except TooManyTries:
        log.info("mail_not_sent", reason="too many asked for")
        return
    await limits.count("mail-to", email)
    async with request.app.state.store.session() as session:
        links = await make_links(session, email)
    if links:
        full = [(name, f"{settings.address}/come-back/{secret}") for name, secret in links]
        await post.send(sign_in(email, full))


def _door(request: Request, values: Mapping[str, str], status: int = 200) -> Response:
    post: Post = request.app.state.post
    templates: Templates = request.app.state.templates
    return templates.page(
        request, "people/come_in_door.html", {"by_mail": post.can_send, **values}, status
    )


routes = [
    Route("/come-in", show_door),
    Route("/come-in", type_code, methods=["POST"]),
    Route("/come-in/email", ask_for_mail, methods=["POST"]),
    Route("/come-in/email-sent", show_mail_sent),
    Route("/come-back/{token}", show_link),
    Route("/come-back/{token}", press_link, methods=["POST"]),
]
