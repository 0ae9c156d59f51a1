"""Pages of editions: publishing one, reading them, taking them away as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.comparing import cards
from server.errors import NothingNew, PublishedMeanwhile
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.publishing import actions, rules, shown
from server.publishing.actions import Proposal, Since
from server.publishing.additions import links_of_edition
from server.publishing.asking import asked_for, edition_asked_for
from server.publishing.rules import WrongField
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.numbers import NUMBER
from server.web.templates import Templates
from server.writing import edition_files, editions, reporting
from server.writing.charter import Kind
from server.writing.edition import Edition
from server.writing.pages import all_of
from server.writing.tables import CharterRow, EditionItemRow, EditionRow

SEE_OTHER = 303
_WRITTEN = ("name", "note", "anyway")


# Publishing


async def show_publish(request: Request) -> Response:
    """What would be published now, and what changed since the last edition."""
    row, group = await _settled(request)
    async with request.app.state.store.reading() as session:
        proposal = await actions.propose(session, row, request.app.state.before_publishing)
    return _publish_page(request, group, proposal, {})


async def publish(request: Request) -> Response:
    """Make the edition that was shown; where something changed meanwhile, show that instead."""
    form = await read_form(request)
    row, group = await _settled(request)
    who: Who = request.state.who
    store: Store = request.app.state.store
    state = request.app.state
    try:
        async with store.session() as session:
            edition = await actions.publish(
                session,
                row,
                who,
                name=rules.tidy_name(text_of(form, "name")),
                note=rules.tidy_note(text_of(form, "note")),
                number=_number(text_of(form, "number")),
                words=text_of(form, "words"),
                anyway=text_of(form, "anyway") == "yes",
                readers=rules.tidy_readers(text_of(form, "readers")),
                checks=state.before_publishing,
                tell=state.after_publishing,
            )
    except (PublishedMeanwhile, NothingNew, WrongField) as refusal:
        return await _again(request, (row, group), refusal, form)
    return RedirectResponse(f"/charters/{row.slug}/editions/{edition.number}?new=yes", SEE_OTHER)


async def _again(
    request: Request,
    asked: tuple[CharterRow, GroupRow],
    refusal: PublishedMeanwhile | NothingNew | WrongField,
    form: FormData,
) -> Response:
    """The publish page again, with what is wrong or what changed since it was shown."""
    row, group = asked
    values: dict[str, Any] = {key: text_of(form, key) for key in _WRITTEN}
    if readers := text_of(form, "readers"):
        values["readers"] = readers
    async with request.app.state.store.reading() as session:
        proposal = await actions.propose(session, row, request.app.state.before_publishing)
        if isinstance(refusal, WrongField):
            values |= {"wrong": refusal.sentence, "wrong_field": refusal.field}
        elif isinstance(refusal, PublishedMeanwhile):
            overtaken = _number(text_of(form, "number")) != proposal.number
            values |= {"meanwhile": True, "overtaken": overtaken, "anyway": ""}
            before = shown.unpack(text_of(form, "shown"))
            if before is not None:
                since = await actions.changed_meanwhile(session, before, proposal.charter)
                values["changed_meanwhile"] = _told(since)
    return _publish_page(request, group, proposal, values, refusal.status)


def _publish_page(
    request: Request,
    group: GroupRow,
    proposal: Proposal,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    charter, changed = proposal.charter, proposal.changed
    said = [item for item in charter.statements if not item.left_out]
    return _page(
        request,
        "publishing/publish.html",
        {
            "slug": proposal.row.slug,
            "group": group,
            "charter": charter,
            "proposal": proposal,
            "statements": len(said),
            "left_out_count": len(charter.statements) - len(said),
            "changed": None if changed is None else _told(changed),
            "carried": shown.pack(charter),
            "readers": _readers(group, proposal),
            "all_readers": rules.readers_to_choose(),
            **values,
        },
        status,
    )


def _readers(group: GroupRow, proposal: Proposal) -> str:
    """Who the page proposes to let read it: a national Charter is for places to make their own."""
    first = proposal.before is None and group.kind == "national"
    return "everybody" if first else proposal.row.visibility


async def _settled(request: Request) -> tuple[CharterRow, GroupRow]:
    """The Charter that an organiser wants to publish, its read side up to what is written now."""
    store: Store = request.app.state.store
    async with store.reading() as session:
        row, _ = await asked_for(session, request, Action.ORGANISE)
    await request.app.state.rooms.settling.settle(row.id)
    async with store.reading() as session:
        return await asked_for(session, request, Action.ORGANISE)


def _told(since: Since) -> dict[str, Any]:
    """What changed, for `publishing/changes.html`."""
    return {"since": since, "areas": cards.areas(since.comparison, only_changes=True)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# Reading


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition in the list; `statements` counts those that are not left out."""

    edition: EditionRow
    statements: int


async def list_editions(request: Request) -> Response:
    """All editions of a Charter, the newest first."""
    async with request.app.state.store.reading() as session:
        row, group = await asked_for(session, request, Action.READ)
        listed = await _listed(session, await editions.of(session, row.id))
    return _page(
        request,
        "publishing/editions.html",
        {
            "slug": row.slug,
            "row": row,
            "group": group,
            "listed": listed,
            "may_publish": may(request.state.who, Action.ORGANISE, row),
        },
    )


async def _listed(session: AsyncSession, found: Sequence[EditionRow]) -> list[Listed]:
    counted = await session.execute(
        select(EditionItemRow.edition_id, func.count())
        .where(
            EditionItemRow.edition_id.in_([edition.id for edition in found]),
            EditionItemRow.kind == str(Kind.STATEMENT),
            EditionItemRow.left_out.is_(False),
        )
        .group_by(EditionItemRow.edition_id)
    )
    counts: dict[str, int] = dict(iter(counted))
    return [Listed(edition, counts.get(edition.id, 0)) for edition in found]


async def read(request: Request) -> Response:
    """An edition to read, listen to and print, for whoever may read its Charter."""
    async with request.app.state.store.reading() as session:
        row, group, found = await edition_asked_for(session, request)
        edition = await editions.read(session, found.id)
        newest = await editions.newest(session, row.id)
        links = await links_of_edition(session, request.state.who, row, found.number)
        source = await _source(session, request.state.who, found)
    told = edition.told
    may_publish = may(request.state.who, Action.ORGANISE, row)
    return _page(
        request,
        "publishing/edition.html",
        {
            "slug": row.slug,
            "group": group,
            "edition": edition,
            "digest": found.digest,
            "links": links,
            "source": source,
            "command": f"python -m server verify {row.slug}-{found.number}.json",
            "newest": newest if newest is not None and newest.number > found.number else None,
            "is_new": may_publish and request.query_params.get("new") == "yes",
            "charter": told,
            "language": told.language,
            "beside": reporting.links(row.slug, edition.charter, edition=found.number),
            **all_of(told),
        },
    )


async def _source(
    session: AsyncSession, who: Who | None, found: EditionRow
) -> tuple[CharterRow, EditionRow] | None:
    """The edition that this one was made from, if one may read that."""
    if found.stands_on_id is None:
        return None
    edition = await session.get_one(EditionRow, found.stands_on_id)
    row = await session.get_one(CharterRow, edition.charter_id)
    return (row, edition) if may(who, Action.READ, row) else None


async def read_markdown(request: Request) -> Response:
    """The Markdown file of an edition."""
    return _file(request, edition_files.to_markdown(await _edition(request)), "md", "text/markdown")


async def read_json(request: Request) -> Response:
    """The JSON file of an edition, which `verify` checks."""
    edition = await _edition(request)
    return _file(request, edition_files.to_json(edition), "json", "application/json")


async def _edition(request: Request) -> Edition:
    async with request.app.state.store.reading() as session:
        _, _, found = await edition_asked_for(session, request)
        return await editions.read(session, found.id)


def _file(request: Request, text: str, ending: str, media_type: str) -> Response:
    name = f"{request.path_params['slug']}-{request.path_params['number']}.{ending}"
    return Response(
        text,
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _page(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


routes = [
    Route("/charters/{slug}/publish", show_publish),
    Route("/charters/{slug}/publish", publish, methods=["POST"]),
    Route("/charters/{slug}/editions", list_editions),
    Route(f"/charters/{{slug}}/editions/{NUMBER}", read),
    Route(f"/charters/{{slug}}/editions/{NUMBER}.md", read_markdown),
    Route(f"/charters/{{slug}}/editions/{NUMBER}.json", read_json),
]
