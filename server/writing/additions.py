"""What other features add to the reading page of a Charter: notes under its title, and links.

Features above this one fill `app.state.additions`, in app.py; so the page knows none of them. What
they add to the cards of the first page is in `app.state.cards`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from server.people.permits import Who
from server.people.tables import GroupRow
from server.writing.beside import Note
from server.writing.tables import CharterRow


@dataclass(frozen=True, slots=True)
class Link:
    """Another page about a Charter."""

    text: str
    path: str


class Adds(Protocol):
    """What one feature adds, for this reader (None: somebody who is not signed in)."""

    async def __call__(
        self, session: AsyncSession, who: Who | None, row: CharterRow, group: GroupRow
    ) -> Sequence[Note | Link]: ...


class OnCard(Protocol):
    """What one feature adds to a Charter of one's own groups on the first page."""

    async def __call__(
        self, session: AsyncSession, who: Who | None, row: CharterRow
    ) -> Sequence[Note]: ...


class OnHome(Protocol):
    """What one feature adds at the top of the first page; `who` may be signed out."""

    async def __call__(self, session: AsyncSession, who: Who | None) -> Sequence[Note]: ...


@dataclass(frozen=True, slots=True)
class Additions:
    """All that is added to one page, each in the order of the features."""

    notes: Sequence[Note] = ()
    links: Sequence[Link] = ()


async def gather(
    features: Iterable[Adds],
    session: AsyncSession,
    who: Who | None,
    row: CharterRow,
    group: GroupRow,
) -> Additions:
    """Ask each feature what it adds."""
    found = [each for adds in features for each in await adds(session, who, row, group)]
    return Additions(
        [each for each in found if isinstance(each, Note)],
        [each for each in found if isinstance(each, Link)],
    )
