from server import clock
from server.people.tables import PersonRow
from server.publishing import my_data, namings
from server.store import Store
from server.writing import editions
from tests.server.publishing.conftest import Place
from tests.support.people import somebody


async def test_what_i_said_about_my_name_is_mine_alone(store: Store, devon: Place) -> None:
    ann, ben = await somebody(store, "Ann", "Devon"), await somebody(store, "Ben", "Devon")
    async with store.session() as session:
        number = await namings.next_number(session, devon.charter.id)
        await namings.say(session, devon.charter.id, number, ann.person_id, True)
    async with store.reading() as session:
        (row,) = await my_data.editions(session, ann.person_id)
        assert (row["edition"], row["name_me"]) == (1, "yes")
        for _, _, gather in my_data.PARTS:
            assert await gather(session, ben.person_id) == []
    async with store.session() as session:
        edition = await editions.publish(session, devon.charter.id)
        edition.published_by = ben.person_id
    async with store.reading() as session:
        (published,) = await my_data.editions(session, ben.person_id)
    assert published["published"].startswith(f"{clock.now():%Y}")


async def test_who_was_deleted_is_named_in_no_new_edition(store: Store, devon: Place) -> None:
    ann = await somebody(store, "Ann", "Devon")
    async with store.session() as session:
        await namings.say(session, devon.charter.id, 1, ann.person_id, True)
        assert await namings.names(session, devon.charter, 1) == ["Ann"]
        person = await session.get_one(PersonRow, ann.person_id)
        person.deleted_at = clock.now()
        await session.flush()
        assert await namings.names(session, devon.charter, 1) == []
