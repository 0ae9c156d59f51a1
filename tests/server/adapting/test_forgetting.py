from sqlalchemy import select

from server.adapting.forgetting import forget_decided
from server.adapting.tables import DecisionRow
from server.writing import wording
from server.writing.removing import Chosen
from tests.server.adapting.deciding import Version


async def forget(kent: Version, chosen: Chosen) -> None:
    async with kent.stage.store.session() as session:
        connection = await session.connection()
        await connection.run_sync(forget_decided, kent.row.id, chosen)


async def decided(kent: Version) -> Chosen:
    """Kent takes their words of two statements; returns what it had of the first."""
    for item_id in ("s1", "s2"):
        await kent.we_say(item_id, f"Something private in {item_id}.")
        await kent.they_say(item_id, "Theirs.")
    await kent.we_say("s1", "A private reason.", "why")
    await kent.they_publish()
    before = await kent.item("s1")
    await kent.decide("s1", "theirs")
    await kent.decide("s2", "theirs")
    return Chosen(
        "s1",
        words=frozenset({wording.digest_of_canonical(wording.of(before)).whole}),
        whys=frozenset({wording.digest_of_why(before.why)}),
    )


async def kept(kent: Version) -> str:
    """All that decisions keep, as text."""
    async with kent.stage.store.reading() as session:
        return str(list(await session.scalars(select(DecisionRow.before))))


async def test_forgotten_words_leave_the_decisions_and_cannot_be_put_back(kent: Version) -> None:
    chosen = await decided(kent)
    await forget(kent, chosen)
    assert "private in s1" not in await kept(kent)
    assert "private reason" not in await kept(kent)
    assert "private in s2" in await kept(kent)
    assert [each.main.item_id for each in (await kent.update()).answered()] == ["s2"]
    assert await kent.asked() == []


async def test_a_forgotten_reason_takes_what_was_before_with_it(kent: Version) -> None:
    chosen = await decided(kent)
    await forget(kent, Chosen("s1", whys=chosen.whys))
    assert "private reason" not in await kept(kent)


async def test_other_words_of_the_statement_stay(kent: Version) -> None:
    await decided(kent)
    await forget(kent, Chosen("s1", words=frozenset({"0" * 64})))
    assert "private in s1" in await kept(kent)
    assert len((await kent.update()).answered()) == 2
