from server.comparing.additions import of_comparing
from server.people.permits import Role, Who
from server.people.tables import GroupRow
from server.store import Store
from server.writing.additions import Link
from tests.server.comparing.places import NATIONAL, Made, charter, publish, three_places


async def links(store: Store, made: Made, who: Who | None = None) -> list[object]:
    async with store.reading() as session:
        group = await session.get_one(GroupRow, made.charter.group_id)
        return list(await of_comparing(session, who, made.charter, group))


async def test_a_local_edition_is_held_beside_the_one_it_was_made_from(store: Store) -> None:
    national = await three_places(store)
    dyfi = await publish(store, "Dyfi", charter("D", *NATIONAL), national)
    assert await links(store, dyfi) == [
        Link("What is different here, and why", "/compare?a=national%401&b=dyfi%401"),
        Link("Compare it with another", "/compare?b=dyfi%401"),
    ]


async def test_a_charter_that_was_made_from_none_can_be_held_beside_any(store: Store) -> None:
    national = await three_places(store)
    assert await links(store, national) == [
        Link("Compare it with another", "/compare?b=national%401")
    ]


async def test_one_without_an_edition_has_nothing_to_compare(store: Store) -> None:
    national = await three_places(store)
    draft = await publish(store, "Dyfi", charter("D", *NATIONAL), national, draft_only=True)
    assert await links(store, draft) == []


async def test_what_one_may_not_read_is_not_linked(store: Store) -> None:
    secret = await publish(store, "Secret", charter("S", *NATIONAL), visibility="group")
    dyfi = await publish(store, "Dyfi", charter("D", *NATIONAL), secret)
    assert len(await links(store, dyfi)) == 1
    member = Who("p", "Ann", roles={secret.charter.group_id: Role.READER})
    assert len(await links(store, dyfi, member)) == 2
