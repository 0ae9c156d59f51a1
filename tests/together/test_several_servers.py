"""Two servers on one PostgreSQL serve one room; Redis only makes it prompt."""

from collections.abc import Callable

import pytest

from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.redis import RedisServer
from tests.support.server_process import ServerProcess
from tests.support.waiting import until
from tests.together.test_durability import first_statement

Servers = tuple[ServerProcess, ServerProcess]


@pytest.fixture
def servers(
    new_server: Callable[..., ServerProcess], postgresql_url: str, redis: RedisServer
) -> Servers:
    """Two running servers with a data folder each, one database and one Redis."""
    one = new_server("one", database_url=postgresql_url, redis_url=redis.url).start()
    two = new_server("two", database_url=postgresql_url, redis_url=redis.url).start()
    return one, two


async def meet(servers: Servers) -> tuple[LiveClient, LiveClient, str]:
    """Ann at the first server and Ben at the second, in one Charter; and a statement of it."""
    one, two = servers
    charter = one.import_charter()
    ann = await LiveClient(one.live_address, charter, one.token("Ann")).connect()
    ben = await LiveClient(two.live_address, charter, two.token("Ben")).connect()
    return ann, ben, first_statement(ann)


async def assert_words_cross(ann: LiveClient, ben: LiveClient, item: str, words: str) -> None:
    """Both write at once, and both see both."""
    pen.write(ann.doc, item, 0.0, f"Ann {words}. ")
    pen.write(ben.doc, item, 1.0, f" Ben {words}.")

    def both_see_both() -> bool:
        texts = [pen.words(client.doc, item) for client in (ann, ben)]
        return texts[0] == texts[1] and all(f"{who} {words}." in texts[0] for who in ("Ann", "Ben"))

    await until(both_see_both, f"{words!r} to cross")
    await ann.all_saved()
    await ben.all_saved()


def is_writing(client: LiveClient, name: str, item: str | None) -> bool:
    """Whether a client has heard where somebody is."""
    return any(
        state is not None and state["user"]["name"] == name and state.get("writing") == item
        for state in client.others.values()
    )


async def test_words_and_presence_cross_between_servers(servers: Servers) -> None:
    ann, ben, item = await meet(servers)

    await assert_words_cross(ann, ben, item, "writes")
    ann.presence({"writing": item})
    ben.presence({"writing": None})

    await until(lambda: is_writing(ben, "Ann", item), "Ben to know where Ann is")
    await until(lambda: is_writing(ann, "Ben", None), "Ann to know that Ben is here")
    await until(lambda: "settled" in ann.news and "settled" in ben.news, "both to hear of it")
    await ann.close()
    await ben.close()


async def test_words_cross_without_redis_and_presence_comes_back_with_it(
    servers: Servers, redis: RedisServer
) -> None:
    ann, ben, item = await meet(servers)
    await assert_words_cross(ann, ben, item, "before")

    redis.stop()
    await assert_words_cross(ann, ben, item, "without")

    redis.start()
    await assert_words_cross(ann, ben, item, "after")

    def ann_is_told() -> bool:
        ann.presence({"writing": item})
        return is_writing(ben, "Ann", item)

    await until(ann_is_told, "presence to cross again")
    await ann.close()
    await ben.close()


async def test_one_server_dies_and_the_other_has_it_all(servers: Servers) -> None:
    ann, ben, item = await meet(servers)
    pen.write(ann.doc, item, 0.0, "Saved on the first. ")
    await ann.all_saved()

    servers[0].kill()

    await until(lambda: "Saved on the first." in pen.words(ben.doc, item), "Ben to see it")
    ann.address = ann.address.replace(servers[0].live_address, servers[1].live_address)
    pen.write(ann.doc, item, 0.0, "Written meanwhile. ")
    await ann.cut()
    await ann.connect()
    await until(lambda: "Written meanwhile." in pen.words(ben.doc, item), "Ben to see the rest")
    await ann.close()
    await ben.close()
