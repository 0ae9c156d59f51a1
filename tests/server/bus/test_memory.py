from server.bus.memory import MemoryBus
from tests.server.bus.test_bus import Heard


async def test_a_server_that_is_alone_hears_itself_at_once() -> None:
    bus, heard = MemoryBus(), Heard()
    bus.subscribe(heard)
    bus.publish("written", {"seq": 1})
    assert heard == [("written", {"seq": 1})]
