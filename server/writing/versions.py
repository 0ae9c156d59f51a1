"""What an item said at some moment, as far as it may still be read.

What was forgotten for good is not here any more, and what was hidden is left out. That it was is
told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.writing import rich_text, wording
from server.writing.charter import Item, Kind
from server.writing.edition import NO_WHY
from server.writing.hidden import Hiding, Unseen
from server.writing.tables import (
    EditionItemRow,
    EditionRow,
    ItemRow,
    SittingChangeRow,
    SittingRow,
    WordingRow,
)

State = Mapping[str, Any]

_STATE = ("kind", "position", "left_out", "why", "origins")


@dataclass(frozen=True, slots=True)
class Version:
    """An item as it was said at some moment; what was forgotten or hidden of it is empty.

    `hidings` tell what of it is hidden, and why.
    """

    item: Item
    digest: str
    words_removed: bool = False
    why_removed: bool = False
    hidings: tuple[Hiding, ...] = ()

    @property
    def why_digest(self) -> str:
        return wording.digest_of_why(self.item.why)

    @property
    def words_hiding(self) -> Hiding | None:
        return next((one for one in self.hidings if not one.is_why), None)

    @property
    def why_hiding(self) -> Hiding | None:
        return next((one for one in self.hidings if one.is_why), None)

    @property
    def said(self) -> tuple[str, str | None]:
        """What tells it apart from others to a reader."""
        return self.digest, None if self.why_removed else self.why_digest

    @property
    def is_whole(self) -> bool:
        return not (self.words_removed or self.why_removed)


class Versions:
    """Makes items of the two sides of changes, without what readers do not see (`hidden.Unseen`).

    A wording that another Charter still has is in the store, and may not be shown here.
    """

    def __init__(self, wordings: Mapping[str, WordingRow], unseen: Unseen) -> None:
        self._wordings = wordings
        self._unseen = unseen

    @classmethod
    async def of(
        cls,
        session: AsyncSession,
        charter_id: str,
        changes: Iterable[SittingChangeRow],
        *,
        hide: bool = True,
    ) -> "Versions":
        digests = {digest for each in changes for digest in (each.before_digest, each.after_digest)}
        rows = await session.scalars(
            select(WordingRow).where(WordingRow.digest.in_(digests - {None}))
        )
        unseen = await Unseen.of(session, charter_id, hide=hide)
        return cls({row.digest: row for row in rows}, unseen)

    def before(self, sitting: SittingRow, change: SittingChangeRow) -> Version | None:
        return self._side(sitting, change.item_id, change.before, change.before_digest)

    def after(self, sitting: SittingRow, change: SittingChangeRow) -> Version | None:
        return self._side(sitting, change.item_id, change.after, change.after_digest)

    def published(self, edition: EditionRow, row: EditionItemRow, says: WordingRow) -> Version:
        state = _state(row)
        if not row.why and row.why_digest != NO_WHY:
            state["why"] = None
        return self._made(row.item_id, state, row.wording_digest, says, edition.published_at)

    def _side(
        self, sitting: SittingRow, item_id: str, state: State | None, digest: str | None
    ) -> Version | None:
        if state is None or digest is None:
            return None
        return self._made(item_id, state, digest, self._wordings.get(digest), sitting.last_at)

    def _made(
        self, item_id: str, state: State, digest: str, says: WordingRow | None, at: datetime
    ) -> Version:
        found: list[Hiding] = []
        unseen = self._unseen.words(item_id, digest, at)
        if isinstance(unseen, Hiding):
            found.append(unseen)
        if state["why"]:
            why = wording.digest_of_why(rich_text.from_json(state["why"]))
            hidden_why = self._unseen.why(item_id, why)
            if hidden_why is not None:
                found.append(hidden_why)
                state = {**state, "why": None}
        gone = says is None or says.removed_at is not None or unseen
        return _version(item_id, state, digest, None if gone else says, tuple(found))


def settled(row: ItemRow, says: WordingRow | None) -> Version:
    """An item as it last settled."""
    return _version(row.item_id, _state(row), row.wording_digest, says)


def _state(row: ItemRow | EditionItemRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _STATE}


def _version(
    item_id: str,
    state: State,
    digest: str,
    shown: WordingRow | None,
    hidings: tuple[Hiding, ...] = (),
) -> Version:
    why = state["why"]
    return Version(
        Item(
            id=item_id,
            kind=Kind(state["kind"]),
            position=state["position"],
            words=() if shown is None else rich_text.from_json(shown.words),
            meaning=() if shown is None else rich_text.from_json(shown.meaning),
            picture=None if shown is None else shown.picture,
            why=rich_text.from_json(why or ()),
            left_out=state["left_out"],
            origins=tuple(state["origins"]),
        ),
        digest,
        words_removed=shown is None,
        why_removed=why is None,
        hidings=hidings,
    )
