import pytest
from sqlalchemy import select

from server.people.tables import GroupRow
from server.store import Store, after_commit


class Listener:
    """Notes what it was told, and which groups others could see at that moment."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.told: list[str] = []
        self.seen: list[list[str]] = []

    def about(self, what: str) -> "Told":
        return Told(self, what)


class Told:
    def __init__(self, listener: Listener, what: str) -> None:
        self.listener = listener
        self.what = what

    async def __call__(self) -> None:
        async with self.listener.store.reading() as session:
            groups = await session.scalars(select(GroupRow.name))
            self.listener.seen.append(list(groups))
        self.listener.told.append(self.what)


async def test_what_was_done_is_told_when_it_is_durable(store: Store) -> None:
    listener = Listener(store)
    async with store.session() as session:
        session.add(GroupRow(id="g", slug="g", name="Devon"))
        after_commit(session, listener.about("made"))
        await session.flush()
        assert listener.told == []
    assert listener.told == ["made"]
    assert listener.seen == [["Devon"]]


async def test_announcements_keep_their_order_and_come_once(store: Store) -> None:
    listener = Listener(store)
    async with store.session() as session:
        for what in ("one", "two", "three"):
            after_commit(session, listener.about(what))
    async with store.session():
        pass
    assert listener.told == ["one", "two", "three"]


async def test_what_was_rolled_back_is_never_told(store: Store) -> None:
    listener = Listener(store)

    async def fail() -> None:
        async with store.session() as session:
            after_commit(session, listener.about("made"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert listener.told == []
