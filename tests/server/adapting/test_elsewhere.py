from sqlalchemy import select

from server.adapting.elsewhere import Elsewhere, elsewhere
from server.adapting.offers import Offer
from server.writing import editions, edits
from server.writing.tables import CharterRow
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import statement
from tests.server.adapting.test_offers import shared


async def counted(kent: Version, offer: Offer) -> Elsewhere:
    async with kent.stage.store.reading() as session:
        return await elsewhere(session, offer)


async def place(kent: Version, name: str, *changes: edits.Edit, publish: bool = True) -> None:
    """Another place with its version, which it may publish."""
    async with kent.stage.store.reading() as session:
        edition = await editions.newest(session, kent.national.id)
    assert edition is not None
    row = await kent.stage.version(edition, name)
    if changes:
        await kent.stage.edit(row.id, *changes)
    if publish:
        await kent.stage.publish(row.id)


def says(item_id: str, words: str) -> edits.Edit:
    return edits.AddItem(statement(item_id, words, "a1V"))


async def test_only_what_other_places_published_counts(kent: Version) -> None:
    await kent.we_say("s1", "I choose who I live with and where I live.")
    offer = await shared(kent, "s1")
    assert await counted(kent, offer) == Elsewhere(0, 0, 0)
    await kent.stage.publish(kent.row.id)
    await place(kent, "Devon")
    await place(kent, "Dorset", says("s1", "I choose who I live with and where we live."))
    await place(kent, "Surrey", says("s1", "Nobody decides for me."))
    await place(kent, "Essex", says("s1", "I choose who I live with and where."), publish=False)
    assert await counted(kent, offer) == Elsewhere(places=3, changed=2, alike=1)


async def test_a_place_counts_with_its_newest_edition(kent: Version) -> None:
    await kent.we_say("s1", "I choose who I live with and where I live.")
    offer = await shared(kent, "s1")
    await place(kent, "Devon", says("s1", "Nobody decides for me."))
    async with kent.stage.store.reading() as session:
        devon = await session.scalar(select(CharterRow.id).where(CharterRow.slug == "devon"))
    assert devon is not None
    await kent.stage.say(devon, "s1", "I choose who I live with.")
    await kent.stage.publish(devon)
    assert await counted(kent, offer) == Elsewhere(1, 0, 0)


async def test_leaving_out_is_counted_by_those_who_left_it_out(kent: Version) -> None:
    await kent.stage.edit(kent.row.id, edits.SetLeftOut("s2", left_out=True))
    offer = await shared(kent, "s2")
    await place(kent, "Devon")
    await place(kent, "Dorset", edits.SetLeftOut("s2", left_out=True))
    assert await counted(kent, offer) == Elsewhere(2, 1, 1)
