"""Pages on which a group brings in a version that it made elsewhere, in Word for one.

The first page takes the file. The second shows what each part seems to be, the doubtful ones first,
and carries the file along; nothing is stored until a person has said that it is right.
"""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.adapting.adaptations import make_version
from server.adapting.bringing_in import (
    Doubt,
    Proposal,
    brought_in,
    chosen,
    doubtful_first,
    propose,
)
from server.adapting.version_pages import Asked, asked_for, name_of
from server.comparing import files
from server.comparing.word_file import FILE_BYTES
from server.errors import FileTooBig, MayNot, NotFilledIn, Refusal
from server.people.permits import Who
from server.people.tables import GroupRow
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.numbers import NUMBER
from server.web.templates import Templates
from server.writing import limits, rich_text
from server.writing.charter import Charter, Item
from server.writing.markdown_out import markdown

SEE_OTHER = 303
# What a form sends besides a file, in bytes: its own fields, and the lines between them.
_ROOM = 100_000
_OWN_FIELDS = 10
_NEW = "new"
_PART = "part-"
_SHORT = 70

_HEADINGS = {
    Doubt.PERHAPS: "Please look at these",
    Doubt.NEW: "These look new",
    Doubt.SURE: "We are sure of these",
}


async def show_bring_in(request: Request) -> Response:
    """Which file is it?"""
    asked = await asked_for(request)
    return _first_page(request, asked, {"group": request.query_params.get("group", "")})


async def look(request: Request) -> Response:
    """Read the file, and show what each part of it seems to be."""
    asked = await asked_for(request)
    if not 0 < int(request.headers.get("content-length", 0)) <= FILE_BYTES + _ROOM:
        raise FileTooBig
    async with aclosing(_Upload(await read_form(request, files=1))) as upload:
        group = _group(asked, upload.form)
        try:
            file = await upload.read()
        except Refusal as wrong:
            values = {"group": group.slug, "wrong": wrong.sentence, "wrong_field": "file"}
            return _first_page(request, asked, values, wrong.status)
    return await _second_page(request, asked, group, file)


async def bring_in(request: Request) -> Response:
    """Make the version of what was confirmed, and go there."""
    asked = await asked_for(request)
    form = await read_form(request, fields=limits.ITEMS + _OWN_FIELDS, field_bytes=files.TEXT_BYTES)
    group = _group(asked, form)
    if asked.of(group) and text_of(form, "another") != "yes":
        raise NotFilledIn("Your group has its own version already. Go back to see it.")
    file = await run_in_threadpool(files.read, "file.md", text_of(form, "file").encode())
    who: Who = request.state.who
    store: Store = request.app.state.store
    charter = await run_in_threadpool(_made, asked.says, file, form)
    begun = await request.app.state.engine.begin(charter)
    async with store.session() as session:
        row = await make_version(
            session, asked.edition, charter, begun, group=group, person_id=who.person_id
        )
    return RedirectResponse(f"/charters/{row.slug}", SEE_OTHER)


class _Upload:
    """A form with a file in it; closing it lets go of the file."""

    def __init__(self, form: FormData) -> None:
        self.form = form

    async def read(self) -> Charter:
        upload = self.form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise NotFilledIn("Please choose a file.")
        body = await upload.read(FILE_BYTES + 1)
        # Reading a file may take a while, and nobody who writes live should wait for it.
        return await run_in_threadpool(files.read, upload.filename, body)

    async def aclose(self) -> None:
        await self.form.close()


def _made(national: Charter, file: Charter, form: FormData) -> Charter:
    statements = {item.id for item in national.statements}
    choices: dict[str, str | None] = {}
    for field in form:
        if not field.startswith(_PART):
            continue
        choice = text_of(form, field)
        if choice != _NEW and choice not in statements:
            raise NotFilledIn("Please choose a statement for each part.")
        choices[field.removeprefix(_PART)] = None if choice == _NEW else choice
    return brought_in(national, file, chosen(propose(national, file), choices))


def _group(asked: Asked, form: FormData) -> GroupRow:
    group = next((each for each in asked.groups if each.slug == text_of(form, "group")), None)
    if group is None:
        raise MayNot
    return group


def _first_page(
    request: Request, asked: Asked, values: Mapping[str, Any], status: int = 200
) -> Response:
    return _page(request, "adapting/bring_in.html", asked, values, status)


async def _second_page(request: Request, asked: Asked, group: GroupRow, file: Charter) -> Response:
    proposals = await run_in_threadpool(propose, asked.says, file)
    numbers = asked.says.numbers
    options = [
        {"value": item.id, "text": f"Statement {numbers[item.id]}: {_short(item)}"}
        for item in asked.says.statements
        if not item.left_out
    ]
    there = {one.national_id for one in proposals}
    values = {
        "group": group.slug,
        "there": asked.of(group),
        "title": file.title,
        "language": file.language,
        "of_language": asked.says.language,
        # As text, so that the second form can send it back; its ids are kept.
        "file": markdown(file),
        "parts": _gathered(doubtful_first(proposals)),
        "options": [{"value": _NEW, "text": "It is new"}, *options],
        "missing": [
            {"number": numbers[item.id], "words": item.words}
            for item in asked.says.statements
            if item.id not in there and not item.left_out
        ],
    }
    return _page(request, "adapting/match.html", asked, values)


def _gathered(proposals: list[Proposal]) -> list[dict[str, Any]]:
    """The parts under one heading for each kind of doubt."""
    return [
        {
            "heading": heading,
            "open": doubt is not Doubt.SURE,
            "parts": [
                {
                    "field": f"{_PART}{one.item.id}",
                    "words": one.item.words,
                    "left_out": one.item.left_out,
                    "choice": one.national_id or _NEW,
                }
                for one in proposals
                if one.doubt is doubt
            ],
        }
        for doubt, heading in _HEADINGS.items()
        if any(one.doubt is doubt for one in proposals)
    ]


def _short(item: Item) -> str:
    text = " ".join(rich_text.plain(item.words).split())
    return text if len(text) <= _SHORT else text[: _SHORT - 1].rsplit(" ", 1)[0] + "…"


def _page(
    request: Request, name: str, asked: Asked, values: Mapping[str, Any], status: int = 200
) -> Response:
    templates: Templates = request.app.state.templates
    shared = {
        "of_group": asked.of_group,
        "edition": asked.edition,
        "edition_name": name_of(asked.edition),
        "groups": [{"value": each.slug, "text": each.name} for each in asked.groups],
        "path": request.url.path.removesuffix("/make"),
    }
    return templates.page(request, name, {**shared, **values}, status)


_PATH = f"/charters/{{slug}}/editions/{NUMBER}/bring-in"
routes = [
    Route(_PATH, show_bring_in),
    Route(_PATH, look, methods=["POST"]),
    Route(f"{_PATH}/make", bring_in, methods=["POST"]),
]
