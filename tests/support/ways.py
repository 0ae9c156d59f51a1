"""Every way in to the app, and a request for each that is right in all but who asks.

A form is sent as its own page shows it: the page is opened by somebody who may, and filled in. So a
new route needs something here only where its ids are new, its form stands on another page, or what
a form is filled in with at first does not do.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from tests.support.forms import form_to
from tests.support.world import FORM, Visit

_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True)
class Way:
    """How one route is asked. All has a usual value, so most routes need none of this.

    `ids` fill the address: names of the world's ids, where `{asker}` stands for who asks. `query`
    follows it. `page` has the form (its own address without one; "" where there is none); `opener`
    opens it, else an organiser, and a page about oneself each for themselves.
    `after` is a way whose answer has the form. `fields` and `file` are sent beside what the form
    has, `json` in its place. `yes` are answers above 400 that only those get who may.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    page: str | None = None
    opener: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    file: tuple[str, tuple[str, bytes, str]] | None = None
    after: str = ""
    json: object = None
    yes: frozenset[int] = frozenset()


# What stands in an address, by the route's beginning and the parameter's name.
_IDS: Mapping[str, Mapping[str, str]] = {
    "/charters/": {"slug": "home", "number": "1"},
    "/groups/": {"slug": "home"},
    "/compare": {},
}
_FILE = (
    "file",
    ("ours.md", b"# Ours\n\n## My home\n\nI choose who I live with.\n", "text/markdown"),
)

_REPORTED = "?what=statement&charter=home&item=s2"
# A device that signs is needed to come in with its key: without one, all are told that none fits.
_NO_KEY = frozenset({410})


def _photo() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    return picture.getvalue()


_PHOTO = ("photo", ("me.png", _photo(), "image/png"))


def _days(name: str, day: int, month: int, year: int) -> dict[str, str]:
    """The three fields of a day."""
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


_WAYS: dict[str, Way] = {
    "GET /static": Way(query="/manifest.json"),
    "GET /pictures": Way(query="/1st-place-medal.svg"),
    "GET /set-up/{token}": Way(ids={"token": "set_up"}),
    "POST /set-up/{token}": Way(ids={"token": "set_up"}, fields={"group": "A new group"}),
    "POST /come-in": Way(fields={"code": "{invitation_code}"}),
    "POST /come-in/email": Way(page="", fields={"email": "member@example.org"}),
    "GET /come-in/{token}": Way(ids={"token": "invitation"}),
    "POST /come-in/{token}": Way(ids={"token": "invitation"}),
    "GET /come-back/{token}": Way(ids={"token": "link"}),
    "POST /come-back/{token}": Way(ids={"token": "link"}),
    "GET /in/{code}": Way(ids={"code": "invitation_code"}),
    "POST /in/{code}": Way(ids={"code": "invitation_code"}),
    "POST /groups/{slug}/cards/{card_id}/end": Way(page="/groups/{slug}/cards"),
    "GET /faces/{id}": Way(ids={"id": "upload"}),
    "GET /report": Way(query=_REPORTED),
    "POST /report": Way(query=_REPORTED, page="/report" + _REPORTED),
    "POST /groups/{slug}/reports/{report}": Way(page="/groups/{slug}/reports", opener="lead"),
    "POST /me/name": Way(fields={"name": "Somebody Else"}),
    "POST /me/email": Way(fields={"email": "somebody@example.org"}),
    "POST /me/photo": Way(file=_PHOTO),
    "GET /me/looks/{question}": Way(ids={"question": "colours"}),
    "POST /me/looks/{question}": Way(ids={"question": "colours"}),
    "POST /me/quiet": Way(page=""),
    "GET /groups/{slug}/people/{person}": Way(ids={"person": "member"}),
    "POST /groups/{slug}/people/{person}": Way(ids={"person": "member"}),
    "GET /groups/{slug}/people/{person}/take-out": Way(ids={"person": "member"}),
    "POST /groups/{slug}/people/{person}/take-out": Way(ids={"person": "member"}),
    "GET /groups/{slug}/people/{person}/hand-over": Way(ids={"person": "member"}),
    "POST /groups/{slug}/people/{person}/hand-over": Way(ids={"person": "member"}),
    "GET /groups/{slug}/people/{person}/hide": Way(ids={"person": "member"}),
    "POST /groups/{slug}/people/{person}/hide": Way(ids={"person": "member"}),
    "POST /groups/{slug}/hidden/{hiding}/show": Way(
        page="/groups/{slug}/hidden", ids={"hiding": "hidden_picture"}
    ),
    "POST /groups/{slug}/leave": Way(opener="reader"),
    "POST /groups/{slug}/invite": Way(
        page="/groups/{slug}/invite?name=Somebody&keep=no&role=member"
    ),
    "GET /groups/{slug}/groups/{local}/invite": Way(ids={"local": "fresh"}),
    "POST /groups/{slug}/groups/{local}/invite": Way(ids={"local": "fresh"}),
    "POST /groups/{slug}/new-group": Way(fields={"name": "Beside"}),
    "POST /groups/{slug}/picture": Way(page="", fields={"picture": "1st-place-medal"}),
    "POST /me/data": Way(opener="reader"),
    "POST /me/delete": Way(page="/me/delete?words=keep", opener="reader"),
    "POST /me/passkeys/begin": Way(page=""),
    "POST /me/passkeys/make": Way(page="", yes=_NO_KEY),
    "POST /me/passkeys/not-now": Way(page=""),
    "POST /me/passkeys/{passkey_id}/take-away": Way(
        page="/me/passkeys", ids={"passkey_id": "key-of-{asker}"}
    ),
    "POST /me/supporters/choose": Way(page="", fields={"person": "{second}"}),
    "POST /me/supporters/{support}/yes": Way(page="", ids={"support": "asked_support"}),
    "POST /me/supporters/{support}/end": Way(page=""),
    "POST /me/helping/ask": Way(page="", fields={"person": "{second}"}),
    "POST /me/helping/stop": Way(page=""),
    "POST /me/helping/{support}/begin": Way(page=""),
    "POST /me/helping/{support}/end": Way(page=""),
    "POST /passkeys/begin": Way(page=""),
    "POST /passkeys/come-in": Way(page="", yes=_NO_KEY),
    "POST /me/picture": Way(page="", fields={"picture": "1st-place-medal"}),
    "POST /me/devices/end-others": Way(page="/me/devices"),
    "POST /me/devices/{session_id}/end": Way(
        page="/me/devices", ids={"session_id": "session_of_{asker}"}
    ),
    "POST /charters/{slug}/hidden/{hiding}/show": Way(page="/charters/{slug}/hidden"),
    "POST /sign-out": Way(page=""),
    "GET /compare": Way(query="?a=home@1&b=above@2"),
    "GET /compare.csv": Way(query="?a=home@1&b=above@2"),
    "GET /compare.json": Way(query="?a=home@1&b=above@2"),
    "POST /charters/new": Way(fields={"title": "Another Charter"}),
    "POST /charters/{slug}/history/{item}/put-back": Way(page="/charters/{slug}/history/{item}"),
    "POST /charters/{slug}/history/{item}/forget": Way(
        page="/charters/{slug}/history/{item}/forget?next=yes&what=between"
    ),
    "POST /charters/{slug}/editions/{number:short}/make-our-own": Way(opener="other"),
    "POST /charters/{slug}/editions/{number:short}/bring-in": Way(opener="other", file=_FILE),
    "POST /charters/{slug}/editions/{number:short}/bring-in/make": Way(
        opener="other", after="POST /charters/{slug}/editions/{number:short}/bring-in"
    ),
    "GET /charters/{slug}/update/{item}": Way(ids={"item": "s4"}),
    "POST /charters/{slug}/update/{item}": Way(ids={"item": "s4"}),
    "POST /charters/{slug}/update/{item}/undo": Way(page="/charters/{slug}/update"),
    "GET /charters/{slug}/share/{item}": Way(ids={"item": "s2"}),
    "POST /charters/{slug}/adopt": Way(
        fields={
            **_days("adopted", 1, 6, 2026),
            **_days("again", 1, 6, 2027),
            "present-people": "4",
        }
    ),
}


def ways_in(app: Starlette) -> list[str]:
    """Every route, as "GET /charters/{slug}"; a folder of files as "GET /static"."""
    return [name for name, _ in routes_of(app)]


def routes_of(app: Starlette) -> Iterator[tuple[str, Route | Mount]]:
    """Each route with its name. Sockets have a table of their own."""
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            continue
        if isinstance(route, Mount):
            yield f"GET {route.path}", route
        else:
            assert isinstance(route, Route), route
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield f"{method} {route.path}", route


def way(name: str) -> Way:
    return _WAYS.get(name, Way())


def address_of(name: str, visit: Visit, asker: str) -> str:
    """The address that a way in has in this world, for somebody."""
    path = name.partition(" ")[2]
    return filled(path, name, visit, asker) + filled(way(name).query, name, visit, asker)


def filled(text: str, name: str, visit: Visit, asker: str) -> str:
    """A path or a query with its ids."""
    path = name.partition(" ")[2]
    usual = next((ids for start, ids in _IDS.items() if path.startswith(start)), {})
    given = way(name).ids
    world = {**visit.world.ids, "asker": asker}

    def value(found: re.Match[str]) -> str:
        named = found[1]
        said = given.get(named) or usual.get(named) or named
        said = said.format(asker=asker)
        assert given or usual or said in world, f"tests/support/ways.py: no {{{named}}} for {name}"
        return world.get(said, said)

    return _PARAMETER.sub(value, text)


async def form_for(name: str, visit: Visit, asker: str) -> dict[str, str]:
    """What the form of a way in sends."""
    chosen = way(name)
    fields: dict[str, str] = {}
    if chosen.page != "":
        page = filled(chosen.page or name.partition(" ")[2], name, visit, asker)
        own = page.startswith("/me") and asker != "out"
        opener = chosen.opener or (asker if own else "organiser")
        shown = (
            await ask(chosen.after, visit, opener)
            if chosen.after
            else await visit.browser(opener).get(page)
        )
        assert shown.status_code == 200, f"{opener} cannot open {page}: {shown.status_code}"
        fields = form_to(shown.text, address_of(name, visit, asker).partition("?")[0]).fields
    filled_in = {field: text.format_map(visit.world.ids) for field, text in chosen.fields.items()}
    return {**fields, **filled_in, "form_token": FORM}


async def ask(
    name: str, visit: Visit, asker: str, form: Mapping[str, str] | None = None
) -> httpx.Response:
    """What somebody gets; a form is sent as it stands on its page, unless it is given."""
    method = name.partition(" ")[0]
    address = address_of(name, visit, asker)
    headers = {"accept": "application/json, text/html"}
    browser = visit.browser(asker)
    if method == "GET":
        return await browser.get(address, headers=headers)
    if way(name).json is not None:
        return await browser.request(method, address, json=way(name).json, headers=headers)
    sent = await form_for(name, visit, asker) if form is None else form
    file = way(name).file
    files = None if file is None else dict([file])
    return await browser.request(method, address, data=dict(sent), files=files, headers=headers)
