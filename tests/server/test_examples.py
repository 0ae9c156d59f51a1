import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from server import examples
from server.adapting.tables import OfferRow
from server.adapting.updates import update_of
from server.comparing import align
from server.comparing.align import Stance
from server.live.engine import Engine
from server.people.coming_in.invitations import come_in, look_at_invitation
from server.people.groups import local_groups
from server.people.groups.actions import people_in
from server.people.permits import Action as Act
from server.people.permits import Role, Who, may
from server.people.signing_in import roles_of
from server.people.tables import GroupRow
from server.publishing.tables import AdoptionRow
from server.settings import Settings
from server.store import Store
from server.writing import pictures, starters
from server.writing.read_side import read_charter
from server.writing.tables import AdaptationRow, CharterRow, EditionRow, SittingRow
from tests.support.tables import make_tables


class Example(NamedTuple):
    """The example in a database file, and the token that lets Meg in."""

    file: Path
    token: str


async def load(store: Store) -> str:
    async with aclosing(Engine(Settings())) as engine:
        return await examples.load(store, engine, Settings())


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Loaded once, as it takes seconds; each test has a copy."""
    file = tmp_path_factory.mktemp("example") / "charter.sqlite"
    make_tables(f"sqlite:///{file}")

    async def loaded() -> str:
        store = Store(f"sqlite:///{file}")
        token = await load(store)
        await store.close()
        return token

    return Example(file, asyncio.run(loaded()))


@pytest.fixture
async def store(example: Example, tmp_path: Path) -> AsyncIterator[Store]:
    """A database with the example in it."""
    file = tmp_path / "charter.sqlite"
    shutil.copyfile(example.file, file)
    store = Store(f"sqlite:///{file}")
    yield store
    await store.close()


async def test_the_example_is_a_national_charter_and_ten_places_that_made_it_their_own(
    store: Store,
) -> None:
    async with store.reading() as session:
        rows = (await session.execute(select(CharterRow, GroupRow).join(GroupRow))).all()
    assert len(rows) == 11
    assert [group.kind for _, group in rows].count("national") == 1
    names = {group.name for _, group in rows}
    assert {"Wyndle and Ash", "Cwm Derwen"} <= names
    assert all(may(None, Act.READ, charter) for charter, _ in rows)


async def test_the_example_has_editions_versions_sittings_and_adoptions(store: Store) -> None:
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


async def test_places_say_what_their_files_say(store: Store) -> None:
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
    store: Store, example: Example
) -> None:
    async with store.session() as session:
        arrival = await come_in(session, await look_at_invitation(session, example.token))
        national = await session.scalar(select(CharterRow).where(CharterRow.slug == "national"))
        roles = (await roles_of(session, [arrival.person.id]))[arrival.person.id]
    assert arrival.person.name == examples.PERSON
    assert roles[arrival.group.id] is Role.ORGANISER
    assert national is not None
    assert may(Who(arrival.person.id, arrival.person.name, None, roles), Act.WRITE, national)


async def test_loading_again_adds_nothing_and_lets_the_same_meg_in(
    store: Store, example: Example
) -> None:
    async def arrives(token: str) -> str:
        async with store.session() as session:
            arrival = await come_in(session, await look_at_invitation(session, token))
            return arrival.person.id

    first = await arrives(example.token)
    second = await arrives(await load(store))
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(CharterRow)) == 11
    assert first == second


async def test_the_national_group_invited_the_places_and_each_has_a_picture_and_one_organiser(
    store: Store,
) -> None:
    async with store.reading() as session:
        rows = (await session.scalars(select(GroupRow))).all()
        national = next(row for row in rows if row.kind == "national")
        listed = await local_groups.local_groups(session, national)
        people = await people_in(session, national)
    assert all(row.picture is not None and pictures.exists(row.picture) for row in rows)
    assert listed.count == 10
    assert {(one.people, one.organisers) for one in listed.groups} == {(2, 1)}
    assert [one.name for one in people if one.hears] == ["Anna"]
    assert all(
        one.picture is None or pictures.exists(one.picture.split("/")[-1].removesuffix(".svg"))
        for one in people
    )
