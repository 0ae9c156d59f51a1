"""Words put straight into a Charter's journal, as a server would that was then killed."""

import asyncio
from typing import Any

from pycrdt import Doc
from sqlalchemy import select

from server.live.entries import Batch
from server.live.journal import Journal
from server.store import Store
from server.writing.tables import CharterRow
from tests.support import pen


def write_into(store: Store, slug: str, text: str) -> None:
    """Write at the beginning of the first statement's words; nothing settles it."""

    async def write() -> None:
        journal = Journal(store)
        async with store.reading() as session:
            found = select(CharterRow.id).where(CharterRow.slug == slug)
            charter_id = (await session.scalars(found)).one()
        opened = await journal.open(charter_id)
        assert opened is not None
        doc: Doc[Any] = Doc()
        doc.apply_update(opened.state)
        before = doc.get_state()
        item = next(k for k, v in pen.items_of(doc).items() if v["kind"] == "statement")
        pen.write(doc, item, 0, text)
        await journal.append([Batch(charter_id, 1, ((None, doc.get_update(before)),))])
        await journal.aclose()
        await store.close()

    asyncio.run(write())
