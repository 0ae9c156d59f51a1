from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from server.people.permits import Who
from server.store import Store
from server.writing.beside import TOP, Note, gathered
from server.writing.charter import Charter
from server.writing.tables import CharterRow

ROW = CharterRow(id="c", slug="devon")


async def national(
    session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, Sequence[Note]]:
    return {"a": [Note("national.html", {"slug": row.slug})], TOP: [Note("count.html")]}


async def offers(
    session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, Sequence[Note]]:
    return {"a": [Note("offer.html")]}


async def test_notes_of_all_features_stand_in_the_order_they_were_asked(store: Store) -> None:
    async with store.reading() as session:
        found = await gathered([national, offers], session, None, ROW, Charter("Ours"))
    assert found == {
        "a": [Note("national.html", {"slug": "devon"}), Note("offer.html")],
        TOP: [Note("count.html")],
    }
