from server.adapting.offered import beside_offers
from server.people.permits import Role, Who
from server.writing import edits
from server.writing.beside import TOP
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import statement
from tests.server.adapting.test_offers import shared, take


async def beside(kent: Version, who: Who | None) -> dict[str, int]:
    """How many offers stand beside each item."""
    async with kent.stage.store.reading() as session:
        charter = (await kent.stage.read(kent.national.id)).shown
        found = await beside_offers(session, who, kent.national, charter)
    return {item_id: len(notes[0].values["offers"]) for item_id, notes in found.items()}


async def test_open_offers_stand_beside_their_statement_for_the_group(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await kent.stage.edit(kent.row.id, edits.AddItem(statement("x1", "A garden.", "a2V")))
    offer = await shared(kent, "s1")
    await shared(kent, "x1")
    nat = Who("n", "Nat", roles={kent.national.group_id: Role.MEMBER})
    assert await beside(kent, nat) == {"s1": 1, TOP: 1}
    assert await beside(kent, None) == await beside(kent, kent.who) == {}
    await take(kent, offer)
    assert await beside(kent, nat) == {TOP: 1}


async def test_the_drafting_page_shows_who_shared_what(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    nat = await kent.stage.come_in("Nat", "National", Role.MEMBER)
    page = await nat.browser.get(f"/charters/{kent.national.slug}/draft")
    assert "Kent shared other words" in page.text
    assert f'href="/charters/{kent.national.slug}/offers/{offer.row.id}"' in page.text
