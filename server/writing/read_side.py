"""The read side of a Charter: rows that pages, comparisons and exports read.

Wordings are stored once, by digest, in the canonical form that the digest was computed over. Rows
of items are touched only where they changed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import UnknownCharter
from server.store.compiled import Compiled
from server.writing import charter as charters
from server.writing import rich_text, wording
from server.writing.authors import Author
from server.writing.charter import Charter, Item, Kind
from server.writing.sittings import Touched
from server.writing.tables import CharterRow, ItemRow, WordingRow

# What of an item's row is read from the document.
_READ = ("kind", "position", "wording_digest", "left_out", "why", "origins")

# What runs with every settle.
_items = ItemRow.__table__.c
_OF_CHARTER = select(_items.item_id, *(_items[name] for name in _READ)).where(
    _items.charter_id == bindparam("charter")
)
_ITEMS = Compiled(_OF_CHARTER)
_ITEM = Compiled(_OF_CHARTER.where(_items.item_id == bindparam("item")))
_ADD_ITEM = Compiled(insert(ItemRow))
_CHANGE_ITEM = Compiled(
    update(ItemRow)
    .where(_items.charter_id == bindparam("charter"), _items.item_id == bindparam("item"))
    .values({name: bindparam(name) for name in (*_READ, "changed_at", "changed_by", "changed_for")})
)
_META = ("title", "summary", "language", "settled_seq")
_STAND_AT = Compiled(
    update(CharterRow)
    .where(CharterRow.__table__.c.id == bindparam("charter"))
    .values({name: bindparam(name) for name in _META})
)
_SAYS = ("words", "meaning", "picture", "removed_at")


def _adding(insertion: sqlite.Insert | postgresql.Insert) -> Compiled:
    """Another server may be storing the same words; and what was forgotten may be said again."""
    return Compiled(
        insertion.on_conflict_do_update(
            index_elements=["digest"],
            set_={name: insertion.excluded[name] for name in _SAYS},
            where=WordingRow.__table__.c.removed_at.is_not(None),
        )
    )


_ADD_WORDING = {
    "sqlite": _adding(sqlite.insert(WordingRow)),
    "postgresql": _adding(postgresql.insert(WordingRow)),
}


def store_reading(
    connection: Connection,
    charter_id: str,
    charter: Charter,
    seq: int,
    changed: Mapping[str, Author | None],
    *,
    only: Collection[str] | None = None,
) -> tuple[Touched, ...]:
    """Bring the rows of a Charter up to what its document says at entry `seq` of its journal.

    `changed` tells the last author to touch each item touched since the last time; None where that
    was the server. An item that changed and is not in it counts as changed by the server; a new
    one that is not in it as imported, and changed by nobody. With `only`, `charter` holds no other
    items than these, and the rows of all others are left as they are.

    Returns the items whose rows changed: a sitting is made of them.
    """
    now = clock.now()
    wordings = {item.id: wording.of(item) for item in charter.items}
    digests = {
        item_id: wording.digest_of_canonical(each).whole for item_id, each in wordings.items()
    }
    stored = {
        item_id: dict(zip(_READ, read, strict=True))
        for item_id, *read in _stored(connection, charter_id, only)
    }
    new: list[dict[str, Any]] = []
    newer: list[dict[str, Any]] = []
    touched: list[Touched] = []
    for item in charter.items:
        row = _row(item, digests[item.id])
        if item.id not in stored:
            at = now if item.id in changed else None
            new.append({"item_id": item.id, **row, **_change(at, changed.get(item.id))})
            touched.append(Touched(item.id, None, row))
        elif stored[item.id] != row:
            newer.append({"item": item.id, **row, **_change(now, changed.get(item.id))})
            touched.append(Touched(item.id, stored[item.id], row))
    _store_wordings(
        connection,
        {
            digests[item_id]: wordings[item_id]
            for item_id in digests
            if stored.get(item_id, {}).get("wording_digest") != digests[item_id]
        },
    )
    gone = stored.keys() - digests.keys()
    touched += (Touched(item_id, stored[item_id], None) for item_id in sorted(gone))
    _store_items(connection, charter_id, new, newer, gone)
    _STAND_AT.run(
        connection,
        {
            "charter": charter_id,
            "title": charter.title,
            "summary": charter.summary,
            "language": charter.language,
            "settled_seq": seq,
        },
    )
    return tuple(touched)


async def read_charter(session: AsyncSession, charter_id: str) -> Charter:
    """A Charter as it last settled. Raises UnknownCharter."""
    row = await session.get(CharterRow, charter_id)
    if row is None:
        raise UnknownCharter
    found = await session.execute(
        select(ItemRow, WordingRow)
        .join(WordingRow, WordingRow.digest == ItemRow.wording_digest)
        .where(ItemRow.charter_id == charter_id)
    )
    return Charter(
        title=row.title,
        summary=row.summary,
        language=row.language,
        # Sorted here: a database may order text by the rules of some language.
        items=charters.in_order(_item(item, says) for item, says in found),
    )


def _change(at: datetime | None, by: Author | None) -> dict[str, Any]:
    person_id, for_id = (None, None) if by is None else by
    return {"changed_at": at, "changed_by": person_id, "changed_for": for_id}


def _row(item: Item, digest: str) -> dict[str, Any]:
    return {
        "kind": str(item.kind),
        "position": item.position,
        "wording_digest": digest,
        "left_out": item.left_out,
        "why": rich_text.to_json(item.why),
        "origins": list(item.origins),
    }


def _item(row: ItemRow, says: WordingRow) -> Item:
    return Item(
        id=row.item_id,
        kind=Kind(row.kind),
        position=row.position,
        words=rich_text.from_json(says.words),
        meaning=rich_text.from_json(says.meaning),
        picture=says.picture,
        why=rich_text.from_json(row.why),
        left_out=row.left_out,
        origins=tuple(row.origins),
    )


def _store_wordings(connection: Connection, new: Mapping[str, wording.Wording]) -> None:
    if not new:
        return
    _ADD_WORDING[connection.dialect.name].run_each(
        connection,
        [
            {
                "digest": digest,
                "words": rich_text.to_json(each.words),
                "meaning": rich_text.to_json(each.meaning),
                "picture": each.picture,
                "removed_at": None,
            }
            # In one order everywhere, so that two servers never wait for each other in a circle.
            for digest, each in sorted(new.items())
        ],
    )


def _store_items(
    connection: Connection,
    charter_id: str,
    new: Sequence[dict[str, Any]],
    newer: Sequence[dict[str, Any]],
    gone: set[str],
) -> None:
    if gone:
        connection.execute(
            delete(ItemRow).where(ItemRow.charter_id == charter_id, ItemRow.item_id.in_(gone))
        )
    if new:
        _ADD_ITEM.run_each(connection, [{"charter_id": charter_id, **row} for row in new])
    if newer:
        _CHANGE_ITEM.run_each(connection, [{"charter": charter_id, **row} for row in newer])


def _stored(
    connection: Connection, charter_id: str, only: Collection[str] | None
) -> list[tuple[Any, ...]]:
    if only is None:
        return _ITEMS.rows(connection, {"charter": charter_id})
    # Few are touched between two settles: one at a time is one statement for any number.
    found = (_ITEM.rows(connection, {"charter": charter_id, "item": item}) for item in only)
    return [row for rows in found for row in rows]
