from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from sqlalchemy import func, select

from server import examples
from server.adapting.tables import OfferRow
from server.adapting.updates import update_of
from server.comparing import align
from server.comparing.align import Stance
from server.live.engine import Engine
from server.people.invitations import come_in, look_at_invitation
from server.people.permits import Action as Act
from server.people.permits import Role, Who, may
from server.people.signing_in import roles_of
from server.people.tables import GroupRow
from server.publishing.tables import AdoptionRow
from server.settings import Settings
from server.store import Store
from server.writing import starters
from server.writing.read_side import read_charter
from server.writing.tables import AdaptationRow, CharterRow, EditionRow, SittingRow

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with aclosing(Engine(Settings())) as engine:
        yield engine


async def test_the_example_is_a_national_charter_and_ten_places_that_made_it_their_own(
    store: Store, engine: Engine
) -> None:
    await examples.load(store, engine, Settings())
    async with store.reading() as session:
        rows = (await session.execute(select(CharterRow, GroupRow).join(GroupRow))).all()
    assert len(rows) == 11
    assert [group.kind for _, group in rows].count("national") == 1
    names = {group.name for _, group in rows}
    assert {"Wyndle and Ash", "Cwm Derwen"} <= names
    assert all(may(None, Act.READ, charter) for charter, _ in rows)


async def test_the_example_has_editions_versions_sittings_and_adoptions(
    store: Store, engine: Engine
) -> None:
    await examples.load(store, engine, Settings())
    async with store.reading() as session:
        slugs = dict((await session.execute(select(CharterRow.id, CharterRow.slug))).all())
        published = Counter(
            [slugs[each] for each in await session.scalars(select(EditionRow.charter_id))]
        )
        sittings = Counter(
            [slugs[each] for each in await session.scalars(select(SittingRow.charter_id))]
        )
        versions = set(await session.scalars(select(AdaptationRow.charter_id)))
        adopted = await session.scalar(select(func.count()).select_from(AdoptionRow))
        national = next(key for key, slug in slugs.items() if slug == "national")
        states = sorted(await session.scalars(select(OfferRow.state)))
        rows = {row.slug: row for row in await session.scalars(select(CharterRow))}
        open_ones = {
            slug: len((await update_of(session, rows[slug], None)).update.questions)
            for slug in ("high-fells", "cwm-derwen", "kingsmere-city")
        }
        second = align.compare(starters.second_edition(), await read_charter(session, national))
    assert published.pop("national") == 2
    assert published.pop("high-fells") == 2
    assert set(published.values()) == {1}
    assert len(published) == 7
    assert sittings.pop("national") == 3
    assert states == ["answered", "closed", "offered"]
    assert open_ones["high-fells"] == 0
    assert 0 < open_ones["cwm-derwen"] < open_ones["kingsmere-city"]
    assert set(sittings) == {slugs[each] for each in versions}
    assert len(versions) == 10
    assert adopted == 4
    assert second.changes == ()


async def test_places_say_what_their_files_say(store: Store, engine: Engine) -> None:
    await examples.load(store, engine, Settings())
    for slug, wanted in starters.local_versions():
        if slug in {"high-fells", "cwm-derwen"}:  # they took something of the second edition
            continue
        async with store.reading() as session:
            row = (await session.scalars(select(CharterRow).where(CharterRow.slug == slug))).one()
            said = await read_charter(session, row.id)
        assert (said.title, said.summary) == (wanted.title, wanted.summary)
        compared = align.compare(wanted, said)
        assert not [change for change in compared.items if change.parts], slug
        assert not compared.counts[Stance.ADDED], slug
        assert not compared.counts[Stance.LEFT_OUT], slug


async def test_meg_comes_in_and_may_write_in_the_national_charter(
    store: Store, engine: Engine
) -> None:
    token = await examples.load(store, engine, Settings())
    async with store.session() as session:
        arrival = await come_in(session, await look_at_invitation(session, token))
        national = await session.scalar(select(CharterRow).where(CharterRow.slug == "national"))
        roles = (await roles_of(session, [arrival.person.id]))[arrival.person.id]
    assert arrival.person.name == examples.PERSON
    assert roles[arrival.group.id] is Role.ORGANISER
    assert national is not None
    assert may(Who(arrival.person.id, arrival.person.name, None, roles), Act.WRITE, national)


async def test_loading_again_adds_nothing_and_lets_the_same_meg_in(
    store: Store, engine: Engine
) -> None:
    people = []
    for _ in range(2):
        token = await examples.load(store, engine, Settings())
        async with store.session() as session:
            people.append(
                (await come_in(session, await look_at_invitation(session, token))).person.id
            )
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(CharterRow)) == 11
    assert people[0] == people[1]
