from server.bus.memory import MemoryBus
from server.people.telling import TOPIC, permits_changed
from server.store import Store


async def test_a_change_is_told_after_it_is_stored(store: Store) -> None:
    bus, heard = MemoryBus(), list[str]()
    bus.subscribe(lambda topic, _: heard.append(topic))
    async with store.session() as session:
        permits_changed(session, bus)
        assert heard == []
    assert heard == [TOPIC]
