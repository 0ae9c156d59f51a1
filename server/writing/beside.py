"""What other features show beside a statement on the drafting page.

A feature above this one puts a `Beside` into `app.state.beside`. The page asks all of them, and
asks again after each settling, so a note tells what the read side says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from server.people.permits import Who
from server.writing.charter import Charter
from server.writing.tables import CharterRow

TOP = ""
"""The key of what stands above the first statement, about the Charter as a whole."""


@dataclass(frozen=True, slots=True)
class Note:
    """A template and its values, which it finds as `note.values`.

    It sees what the page has as well (`slug`, `form_token`). On the drafting page it is shown anew
    whenever the Charter has settled; an element with an `id` of its own then keeps the focus.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Beside(Protocol):
    """Says what to show beside the items of a Charter: notes by item id, and under `TOP`.

    `charter` is the read side, with what is left out; `who` may be None for a Charter that
    everybody may watch.
    """

    async def __call__(
        self, session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
    ) -> Mapping[str, Sequence[Note]]: ...


async def gathered(
    asked: Iterable[Beside],
    session: AsyncSession,
    who: Who | None,
    row: CharterRow,
    charter: Charter,
) -> dict[str, list[Note]]:
    """What all of them say, in the order in which they were asked."""
    found: dict[str, list[Note]] = {}
    for beside in asked:
        for item_id, notes in (await beside(session, who, row, charter)).items():
            found.setdefault(item_id, []).extend(notes)
    return found
