"""Forgetting for good, as far as our own versions hold words: what was there before a decision."""

from sqlalchemy import Connection, select, update

from server.adapting.tables import DecisionRow
from server.adapting.taking import from_json
from server.writing import wording
from server.writing.removing import Chosen


def forget_decided(connection: Connection, charter_id: str, chosen: Chosen) -> None:
    """Forget what would be put back by undoing, where that has chosen words.

    The decisions stay; they cannot be undone any more. Called in the transaction that forgets.
    """
    rows = connection.execute(
        select(DecisionRow.id, DecisionRow.before).where(
            DecisionRow.charter_id == charter_id, DecisionRow.item_id == chosen.item_id
        )
    )
    for row_id, before in rows.all():
        item = from_json((before or {}).get("item"))
        if item is None:
            continue
        words = wording.digest_of_canonical(wording.of(item)).whole
        if words in chosen.words or wording.digest_of_why(item.why) in chosen.whys:
            connection.execute(
                update(DecisionRow).where(DecisionRow.id == row_id).values(before={})
            )
