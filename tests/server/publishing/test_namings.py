import pytest
from sqlalchemy import update

from server import clock
from server.errors import PublishedMeanwhile
from server.people.permits import Role
from server.people.tables import MembershipRow
from server.publishing import namings
from server.store import Store
from server.writing.tables import ItemRow, SittingChangeRow, SittingRow
from tests.server.publishing.conftest import CHARTER, Place, join, publish, settle


async def test_each_person_of_the_group_has_an_answer_or_none(store: Store, devon: Place) -> None:
    ann = await join(store, devon.group, "ann")
    ben = await join(store, devon.group, "Ben", Role.READER)
    await join(store, devon.group, "Cai", Role.ORGANISER)
    async with store.session() as session:
        await namings.say(session, devon.charter.id, 1, ann.id, yes=True)
        await namings.say(session, devon.charter.id, 1, ben.id, yes=False)
        said = await namings.answers(session, devon.charter, 1)
        assert [(answer.name, answer.yes) for answer in said] == [
            ("ann", True),
            ("Ben", False),
            ("Cai", None),
        ]
        assert await namings.names(session, devon.charter, 1) == ["ann"]


async def test_a_mind_can_be_changed_until_it_is_published(store: Store, devon: Place) -> None:
    ann = await join(store, devon.group, "Ann")
    for yes in (True, False, True):
        async with store.session() as session:
            await namings.say(session, devon.charter.id, 1, ann.id, yes)
            assert await namings.said_by(session, devon.charter.id, 1, ann.id) is yes
    await publish(store, devon)
    with pytest.raises(PublishedMeanwhile):
        async with store.session() as session:
            await namings.say(session, devon.charter.id, 1, ann.id, yes=False)


async def test_each_edition_asks_anew(store: Store, devon: Place) -> None:
    ann = await join(store, devon.group, "Ann")
    async with store.session() as session:
        await namings.say(session, devon.charter.id, 1, ann.id, yes=True)
    await publish(store, devon)
    async with store.session() as session:
        assert await namings.next_number(session, devon.charter.id) == 2
        assert await namings.said_by(session, devon.charter.id, 2, ann.id) is None
        assert await namings.names(session, devon.charter, 2) == []


async def test_who_left_is_asked_no_more_and_named_if_they_said_yes(
    store: Store, devon: Place
) -> None:
    ann, ben = [await join(store, devon.group, name) for name in ("Ann", "Ben")]
    async with store.session() as session:
        await namings.say(session, devon.charter.id, 1, ann.id, yes=True)
        await session.execute(update(MembershipRow).values(ended_at=clock.now()))
        assert await namings.answers(session, devon.charter, 1) == []
        assert await namings.names(session, devon.charter, 1) == ["Ann"]
        assert ben.name not in await namings.names(session, devon.charter, 1)


async def test_who_wrote_is_known_also_where_others_wrote_after_them(
    store: Store, devon: Place
) -> None:
    names = ("Ann", "Ben", "Cai", "Dev", "Eli", "Flo")
    ann, ben, cai, dev, eli, flo = [await join(store, devon.group, name) for name in names]
    text = CHARTER.replace("I choose", "We choose")
    await settle(store, devon.charter.id, text, {"statement1": ann.id})
    async with store.reading() as session:
        assert await namings.has_written(session, devon.charter.id, ann.id)
        assert not await namings.has_written(session, devon.charter.id, ben.id)
    async with store.session() as session:
        now = clock.now()
        sitting = SittingRow(
            id="one", charter_id=devon.charter.id, began_at=now, last_at=now, ended_at=None
        )
        session.add(sitting)
        await session.flush()
        session.add(
            SittingChangeRow(
                sitting_id="one",
                item_id="statement1",
                before=None,
                after=None,
                passed=[],
                # As it was stored once, and as it is now: Dev typed for Ben, Eli for Flo.
                persons=[ann.id, [dev.id, ben.id], [eli.id, flo.id]],
            )
        )
    async with store.reading() as session:
        asked = ((ann, True), (ben, True), (cai, False), (dev, False), (eli, False), (flo, True))
        for person, wrote in asked:
            assert await namings.has_written(session, devon.charter.id, person.id) is wrote


async def test_what_was_typed_for_somebody_is_theirs_to_be_named_for(
    store: Store, devon: Place
) -> None:
    anna, sam = [await join(store, devon.group, name) for name in ("Anna", "Sam")]
    text = CHARTER.replace("I choose", "We choose")
    await settle(store, devon.charter.id, text, {"statement1": sam.id})
    async with store.session() as session:
        await session.execute(update(ItemRow).values(changed_for=anna.id))
    async with store.reading() as session:
        assert await namings.has_written(session, devon.charter.id, anna.id)
        assert not await namings.has_written(session, devon.charter.id, sam.id)
