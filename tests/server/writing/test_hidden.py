from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.people.tables import PersonRow
from server.store import Store
from server.writing import editions
from server.writing.edition import digest as edition_digest
from server.writing.edition import value
from server.writing.hidden import WHY, WORDS, Hiding, Unseen, hidden_of_many, hidings, in_words
from server.writing.tables import EditionRow, HidingRow
from tests.server.writing.test_removing import PRIVATE, Pen, digest, new_pen, reason, says


@pytest.fixture
async def pen(store: Store) -> Pen:
    return await new_pen(store)


async def hide(pen: Pen, part: str, digest: str, item_id: str = "a") -> str:
    async with pen.store.session() as session:
        row = HidingRow(
            id=clock.new_id(),
            charter_id=pen.charter_id,
            item_id=item_id,
            part=part,
            digest=digest,
            content={},
            reason="It tells where Ben lives.",
            hidden_at=clock.now(),
            hidden_by="ben",
        )
        session.add(row)
    return row.id


async def test_hidden_words_are_not_in_an_edition_and_its_digest_still_is(
    store: Store, pen: Pen
) -> None:
    await pen.write(says(PRIVATE, why=PRIVATE))
    edition_id = await pen.publish()
    await hide(pen, WORDS, digest(PRIVATE))
    await hide(pen, WHY, reason(PRIVATE))
    async with store.reading() as session:
        said = await editions.read(session, edition_id)
        row = await session.get_one(EditionRow, edition_id)
    assert edition_digest(said) == row.digest
    assert PRIVATE not in str(value(said)) + str(said.charter) + str(said.told)
    assert "These words are hidden. The group gave this reason: It tells" in str(said.told)
    assert "This why is hidden. The group gave this reason" in str(said.told)
    assert said.removed == 1


async def test_what_is_shown_again_is_in_the_edition_again(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    edition_id = await pen.publish()
    hiding_id = await hide(pen, WORDS, digest(PRIVATE))
    async with store.session() as session:
        (await session.get_one(HidingRow, hiding_id)).shown_at = clock.now()
    async with store.reading() as session:
        assert PRIVATE in str((await editions.read(session, edition_id)).told)


async def test_words_stay_hidden_whenever_they_were_said_and_only_in_their_statement(
    store: Store, pen: Pen
) -> None:
    await hide(pen, WORDS, digest(PRIVATE))
    async with store.reading() as session:
        unseen = await Unseen.of(session, pen.charter_id)
        open_ones = await Unseen.of(session, pen.charter_id, hide=False)
    for at in (clock.now() - timedelta(days=9), clock.now() + timedelta(days=9)):
        assert isinstance(unseen.words("a", digest(PRIVATE), at), Hiding)
        assert unseen.words("b", digest(PRIVATE), at) is False
        assert open_ones.words("a", digest(PRIVATE), at) is False


async def test_another_group_keeps_the_words_that_one_hides(store: Store, pen: Pen) -> None:
    other = await new_pen(store, "Kent")
    await other.write(says(PRIVATE))
    edition_id = await other.publish()
    await hide(pen, WORDS, digest(PRIVATE))
    async with store.reading() as session:
        assert PRIVATE in str((await editions.read(session, edition_id)).told)
        both = await hidden_of_many(session, {pen.charter_id, other.charter_id})
        assert both == {(pen.charter_id, "a", WORDS, digest(PRIVATE))}
        assert await hidden_of_many(session, {other.charter_id}) == set()


async def test_what_is_hidden_can_still_be_forgotten_for_good(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    await hide(pen, WORDS, digest(PRIVATE))
    await pen.write(says(""))
    await pen.forget(PRIVATE)
    async with store.reading() as session:
        (row,) = (await session.scalars(select(HidingRow))).all()
        assert row.content is None
        assert await hidings(session, pen.charter_id) == ()


async def test_a_hiding_tells_who_why_and_when(store: Store, pen: Pen) -> None:
    await hide(pen, WORDS, digest(PRIVATE))
    async with store.session() as session:
        (one,) = await hidings(session, pen.charter_id, "a")
        (await session.get_one(PersonRow, "ben")).name = "Benedict"
    assert await _names(store, pen) == ["Benedict"]  # looked up when it is read
    told = "These words are hidden. Ben gave this reason: It tells where Ben lives."
    assert in_words(one, by_name=True) == told
    assert "Ben gave" not in in_words(one)


async def _names(store: Store, pen: Pen) -> list[str | None]:
    async with store.reading() as session:
        assert await hidings(session, pen.charter_id, "b") == ()
        return [one.by for one in await hidings(session, pen.charter_id)]
