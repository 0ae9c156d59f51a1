from server.bus.port import Message
from server.bus.receivers import Receivers
from tests.server.bus.test_bus import Heard


def test_receivers_hear_in_the_order_they_came() -> None:
    receivers, heard = Receivers(), Heard()

    def shout(topic: str, message: Message) -> None:
        heard(topic.upper(), message)

    receivers.add(heard)
    receivers.add(shout)
    receivers.hear("written", {})
    assert [topic for topic, _ in heard] == ["written", "WRITTEN"]


def test_one_who_listens_twice_and_ends_once_still_listens() -> None:
    receivers, heard = Receivers(), Heard()
    end = receivers.add(heard)
    receivers.add(heard)
    end()
    end()
    receivers.hear("written", {})
    assert len(heard) == 1


def test_nobody_hears_after_all_were_forgotten() -> None:
    receivers, heard = Receivers(), Heard()
    end = receivers.add(heard)
    receivers.clear()
    receivers.hear("written", {})
    end()
    assert heard == []
