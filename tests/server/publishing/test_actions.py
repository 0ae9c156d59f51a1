import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.errors import EmptyCharter, NothingNew, PublishedMeanwhile
from server.people.permits import Role
from server.people.tables import AuditRow
from server.publishing import actions, namings
from server.publishing.shown import pack, unpack
from server.store import Store
from server.writing import edition as form
from server.writing import editions
from server.writing.markdown_in import parse
from server.writing.read_side import read_charter
from server.writing.tables import AdaptationRow, EditionRow
from tests.server.publishing.conftest import (
    CHARTER,
    Place,
    join,
    make_place,
    publish,
    settle,
    who_is,
)


async def words_of(store: Store, place: Place) -> str:
    async with store.reading() as session:
        return (await actions.propose(session, place.charter)).words


async def press(store: Store, place: Place, words: str, number: int = 1) -> EditionRow:
    person = await join(store, place.group, f"Olwen {number}", Role.ORGANISER)
    who = who_is(person, place.group, Role.ORGANISER)
    async with store.session() as session:
        return await actions.publish(
            session, place.charter, who, name="", note="", number=number, words=words
        )


async def test_the_first_edition_is_proposed_whole(store: Store, devon: Place) -> None:
    async with store.reading() as session:
        proposal = await actions.propose(session, devon.charter)
        charter = await read_charter(session, devon.charter.id)
    assert (proposal.number, proposal.is_new, proposal.is_empty) == (1, True, False)
    assert (proposal.before, proposal.changed) == (None, None)
    assert proposal.charter == charter.shown
    row = await press(store, devon, proposal.words)
    assert row.published_by is not None


async def test_an_edition_has_the_names_of_those_who_said_yes_last(
    store: Store, devon: Place
) -> None:
    ann, ben = [await join(store, devon.group, name) for name in ("Ann", "Ben")]
    async with store.session() as session:
        await namings.say(session, devon.charter.id, 1, ben.id, yes=True)
    words = await words_of(store, devon)
    async with store.session() as session:
        await namings.say(session, devon.charter.id, 1, ann.id, yes=True)
        await namings.say(session, devon.charter.id, 1, ben.id, yes=False)
    assert (await press(store, devon, words)).people == ["Ann"]


async def test_what_changed_is_the_difference_to_the_newest_edition(
    store: Store, devon: Place
) -> None:
    await publish(store, devon)
    await settle(store, devon.charter.id, CHARTER.replace("Our & Devon", "Our new"))
    async with store.reading() as session:
        proposal = await actions.propose(session, devon.charter)
    assert proposal.is_new
    changed = proposal.changed
    assert changed is not None
    assert changed.title == ("Our & Devon Charter", "Our new Charter")
    assert changed.summary is None
    assert changed.comparison.changes == ()


async def test_nothing_new_is_refused(store: Store, devon: Place) -> None:
    words = await words_of(store, devon)
    await press(store, devon, words)
    with pytest.raises(NothingNew):
        await press(store, devon, words, 2)


async def test_standing_on_a_newer_edition_is_new(store: Store, devon: Place) -> None:
    national = await make_place(store, "National")
    first = await publish(store, national)
    async with store.session() as session:
        session.add(
            AdaptationRow(
                charter_id=devon.charter.id,
                of_charter_id=national.charter.id,
                edition_id=first.id,
                made_at=first.published_at,
            )
        )
    words = await words_of(store, devon)
    async with store.reading() as session:
        proposal = await actions.propose(session, devon.charter)
    assert proposal.before is None
    assert proposal.is_new
    assert proposal.told_from is not None
    assert proposal.told_from.id == first.id
    assert proposal.changed is not None
    assert proposal.changed.comparison.changes == ()
    await press(store, devon, words)
    with pytest.raises(NothingNew):
        await press(store, devon, words, 2)
    second = await publish(store, national)
    async with store.session() as session:
        adaptation = await session.get_one(AdaptationRow, devon.charter.id)
        adaptation.edition_id = second.id
    assert (await press(store, devon, words, 2)).stands_on_id == second.id


async def test_an_empty_charter_is_refused(store: Store) -> None:
    empty = await make_place(store, text="# Nothing yet\n")
    with pytest.raises(EmptyCharter):
        await press(store, empty, await words_of(store, empty))


async def test_of_many_who_press_at_once_one_publishes(store: Store, devon: Place) -> None:
    words = await words_of(store, devon)
    person = await join(store, devon.group, "Olwen", Role.ORGANISER)
    who = who_is(person, devon.group, Role.ORGANISER)

    async def once(name: str) -> str:
        async with store.session() as session:
            row = await actions.publish(
                session, devon.charter, who, name=name, note="", number=1, words=words
            )
        return row.name

    done = await asyncio.gather(*map(once, "abcde"), return_exceptions=True)
    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(refused) == 4
    assert all(isinstance(one, PublishedMeanwhile | NothingNew) for one in refused)
    async with store.reading() as session:
        (row,) = await editions.of(session, devon.charter.id)
        assert row.name in done
        assert form.digest(await editions.read(session, row.id)) == row.digest


async def test_what_changed_meanwhile_is_told_with_the_words_that_were_shown(
    store: Store, devon: Place
) -> None:
    async with store.reading() as session:
        carried = pack((await actions.propose(session, devon.charter)).charter)
    await settle(store, devon.charter.id, CHARTER.replace("who", "how"))
    shown = unpack(carried)
    assert shown is not None
    async with store.reading() as session:
        now = await read_charter(session, devon.charter.id)
        since = await actions.changed_meanwhile(session, shown, now)
        (change,) = since.comparison.changes
        assert change.old is not None
        assert change.old.words != now.statements[0].words
        same = await actions.changed_meanwhile(session, unpack(pack(now)) or shown, now)
    assert same.comparison.changes == ()
    assert (same.title, same.summary, same.whys) == (None, None, 0)


def test_another_why_alone_is_counted() -> None:
    old = parse(CHARTER.encode())
    items = tuple(replace(item, why=()) for item in old.items)
    assert actions.since(old, replace(old, items=items)).whys == 1


async def test_an_edition_is_recorded_with_who_published_it(store: Store, devon: Place) -> None:
    edition = await press(store, devon, await words_of(store, devon))
    async with store.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.what == "published"))).one()
    assert (row.person_id, row.group_id) == (edition.published_by, devon.group.id)
    assert row.details == {"title": edition.title, "number": 1}
