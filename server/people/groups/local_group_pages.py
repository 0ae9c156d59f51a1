"""Pages on which a national group invites local groups, and sees those that it invited."""

from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.errors import NameTaken, NotFilledIn, OrganisersAreIn, UnknownGroup
from server.people.actions import find_group, has_organiser
from server.people.asking import group_asked_for
from server.people.coming_in.cards import PICTURE
from server.people.coming_in.codes import grouped, square_of
from server.people.coming_in.invitations import Made
from server.people.coming_in.wanted import Wanted
from server.people.groups import local_groups
from server.people.groups.local_groups import NATIONAL, NewCard
from server.people.groups.pages import page
from server.people.permits import Action, Role, may
from server.people.rules import NAME_LIMIT, tidy_name
from server.people.tables import GroupRow
from server.settings import Settings
from server.store import Store
from server.web.forms import read_form, text_of

PAGE = 50
_MOST_PAGES = 10_000


async def show_groups(request: Request) -> Response:
    """The local groups that this national group invited, a page at a time, or those of a name."""
    store: Store = request.app.state.store
    find = " ".join(request.query_params.get("find", "")[:NAME_LIMIT].split())
    number = _number(request.query_params.get("page", ""))
    async with store.reading() as session:
        group, who = await group_asked_for(session, request, Action.WATCH)
        _check_national(group)
        found = await local_groups.local_groups(session, group, find, number, PAGE)
    return page(
        request,
        "people/groups.html",
        {
            "group": group,
            "found": found,
            "find": find,
            "page": number,
            "pages": -(-found.count // PAGE),
            "asked": urlencode({"find": find}) + "&" if find else "",
            "may_organise": may(who, Action.ORGANISE, group),
        },
    )


async def show_new_group(request: Request) -> Response:
    """The form on which a national group names a local group and its first organiser."""
    return await _form(request, None, {})


async def new_group(request: Request) -> Response:
    """Make the group, and the card of its first organiser, which is shown once."""
    form = await read_form(request)
    name, organiser = text_of(form, "name"), text_of(form, "organiser")
    store: Store = request.app.state.store
    card = _card(request, organiser)
    try:
        async with store.session() as session:
            national, who = await group_asked_for(session, request, Action.ORGANISE)
            _check_national(national)
            _check(name, organiser)
            group, made = await local_groups.invite_group(session, national, who, name, card)
    except NameTaken as taken:
        return await _form(request, None, {"name": taken.sentence}, name, organiser)
    except _Wrong as wrong:
        return await _form(request, None, wrong.fields, name, organiser)
    return _made(request, national, group, card, made)


async def show_new_card(request: Request) -> Response:
    """The form for another card of a local group's first organiser."""
    return await _form(request, await _local(request), {})


async def new_card(request: Request) -> Response:
    """Make another card, where nobody organises the local group yet."""
    organiser = text_of(await read_form(request), "organiser")
    local = await _local(request)
    store: Store = request.app.state.store
    card = _card(request, organiser)
    try:
        async with store.session() as session:
            national, who = await group_asked_for(session, request, Action.ORGANISE)
            _check(local.name, organiser)
            made = await local_groups.invite_organiser(session, national, who, local, card)
    except _Wrong as wrong:
        return await _form(request, local, wrong.fields, local.name, organiser)
    return _made(request, national, local, card, made)


class _Wrong(Exception):  # noqa: N818 -- what is wrong with a form, for this page alone
    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__()


def _check(name: str, organiser: str) -> None:
    """Raise what is missing, all at once."""
    wrong: dict[str, str] = {}
    for field, text, missing in (
        ("name", name, "Please write the name of the group."),
        ("organiser", organiser, "Please write the name of the person."),
    ):
        try:
            tidy_name(text, missing)
        except NotFilledIn as refusal:
            wrong[field] = refusal.sentence
    if wrong:
        raise _Wrong(wrong)


def _check_national(group: GroupRow) -> None:
    """Only national groups have these pages."""
    if group.kind != NATIONAL:
        raise UnknownGroup


def _card(request: Request, organiser: str) -> NewCard:
    settings: Settings = request.app.state.settings
    return NewCard(request.app.state.secret, organiser, settings.invitation_days)


async def _local(request: Request) -> GroupRow:
    """The local group of this address, for an organiser of the group that invited it."""
    store: Store = request.app.state.store
    async with store.reading() as session:
        national, _ = await group_asked_for(session, request, Action.ORGANISE)
        local = await find_group(session, request.path_params["local"])
        if local.invited_by_id != national.id:
            raise UnknownGroup
        if await has_organiser(session, local):
            raise OrganisersAreIn
    return local


async def _form(
    request: Request,
    local: GroupRow | None,
    wrong: dict[str, str],
    name: str = "",
    organiser: str = "",
) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.ORGANISE)
    _check_national(group)
    values = {"group": group, "local": local, "wrong": wrong, "name": name, "organiser": organiser}
    return page(request, "people/new_group.html", values, 422 if wrong else 200)


def _made(
    request: Request, national: GroupRow, group: GroupRow, card: NewCard, made: Made
) -> Response:
    settings: Settings = request.app.state.settings
    link = f"{settings.address}/come-in/{made.token}"
    return page(
        request,
        "people/group_invited.html",
        {
            "national": national,
            "group": group,
            "wanted": Wanted(made.row.name, Role.ORGANISER, card.days),
            "until": made.row.expires_at,
            "link": link,
            "square": square_of(link),
            "code": grouped(made.code),
            "typed_at": f"{urlsplit(settings.address).netloc}/in",
            "picture": group.picture or PICTURE,
            "copies": 1,
            "known": False,
            "sent": None,
            "email": None,
        },
    )


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
    return min(max(number, 1), _MOST_PAGES)


routes = [
    Route("/groups/{slug}/groups", show_groups),
    Route("/groups/{slug}/groups/{local}/invite", show_new_card),
    Route("/groups/{slug}/groups/{local}/invite", new_card, methods=["POST"]),
    Route("/groups/{slug}/new-group", show_new_group),
    Route("/groups/{slug}/new-group", new_group, methods=["POST"]),
]
