"""The page on which an organiser makes their group's own version of an edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.adapting.adaptations import begin_from, make_version, versions_in
from server.adapting.asking import charter_for
from server.errors import MayNot, NotFilledIn, NotSignedIn
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.numbers import NUMBER
from server.web.templates import Templates
from server.writing import limits
from server.writing.charter import Charter
from server.writing.editions import numbered, read_edition
from server.writing.tables import CharterRow, EditionRow

SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Asked:
    """An edition, and the groups for which this person may make a version of it."""

    edition: EditionRow
    says: Charter
    of_group: GroupRow
    groups: Sequence[GroupRow]
    there: Sequence[CharterRow]

    def of(self, group: GroupRow) -> Sequence[CharterRow]:
        return [row for row in self.there if row.group_id == group.id]


async def show_make(request: Request) -> Response:
    """Which group is it for, and what is it called? Tells of a version that is there already."""
    asked = await asked_for(request)
    slug = request.query_params.get("group", asked.groups[0].slug)
    group = next((group for group in asked.groups if group.slug == slug), asked.groups[0])
    return _page(request, asked, group, {"title": asked.says.title})


async def make(request: Request) -> Response:
    """Make the version and go there; where there is one already, only when asked for another."""
    form = await read_form(request)
    asked = await asked_for(request)
    group = next((g for g in asked.groups if g.slug == text_of(form, "group")), None)
    if group is None:
        raise MayNot
    written = text_of(form, "title")
    title = " ".join(written.split())
    if len(title) > limits.TITLE:
        wrong = NotFilledIn(f"This name is too long. Use at most {limits.TITLE} letters.")
        values = {"title": written, "wrong": wrong.sentence, "wrong_field": "title"}
        return _page(request, asked, group, values, wrong.status)
    another = text_of(form, "another") == "yes"
    if asked.of(group) and not another:
        # Pressed twice, or somebody else of the group was quicker: nothing more is made unasked.
        return _page(request, asked, group, {"title": title}, 409)
    who: Who = request.state.who
    store: Store = request.app.state.store
    charter = begin_from(asked.says, title or None)
    begun = await request.app.state.engine.begin(charter)
    async with store.session() as session:
        # Two presses at once wait for each other here.
        await session.get(GroupRow, group.id, with_for_update=True)
        there = await versions_in(session, asked.edition.charter_id, [group.id])
        if there and not another:
            return _page(request, replace(asked, there=there), group, {"title": title}, 409)
        row = await make_version(
            session, asked.edition, charter, begun, group=group, person_id=who.person_id
        )
    return RedirectResponse(f"/charters/{row.slug}", SEE_OTHER)


async def asked_for(request: Request) -> Asked:
    """What is asked for. Raises NotSignedIn, MayNot, UnknownCharter and UnknownEdition."""
    who: Who | None = request.state.who
    async with request.app.state.store.reading() as session:
        row = await charter_for(session, who, request.path_params["slug"], Action.READ)
        edition = await numbered(session, row.id, request.path_params["number"])
        if who is None:
            raise NotSignedIn
        found = await session.scalars(
            select(GroupRow).where(GroupRow.id.in_(who.roles)).order_by(GroupRow.name)
        )
        groups = [
            group
            for group in found
            if group.id != row.group_id and may(who, Action.ORGANISE, group)
        ]
        if not groups:
            raise MayNot("Only an organiser of a local group can do this. Ask one.")
        return Asked(
            edition,
            await read_edition(session, edition.id),
            await session.get_one(GroupRow, row.group_id),
            groups,
            await versions_in(session, row.id, [group.id for group in groups]),
        )


def _page(
    request: Request, asked: Asked, group: GroupRow, values: Mapping[str, Any], status: int = 200
) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(
        request,
        "adapting/make.html",
        {
            "of_group": asked.of_group,
            "edition": asked.edition,
            "edition_name": name_of(asked.edition),
            "language": asked.says.language,
            "groups": [{"value": each.slug, "text": each.name} for each in asked.groups],
            "group": group.slug,
            "there": asked.of(group),
            "there_group": group.name,
            **values,
        },
        status,
    )


def name_of(edition: EditionRow) -> str:
    """How an edition is called in a sentence: its name, or its number."""
    return edition.name or f"edition {edition.number}"


routes = [
    Route(f"/charters/{{slug}}/editions/{NUMBER}/make-our-own", show_make),
    Route(f"/charters/{{slug}}/editions/{NUMBER}/make-our-own", make, methods=["POST"]),
]
