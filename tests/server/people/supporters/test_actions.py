"""Supporters: the person alone says yes, either ends it, and every end is at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import AnswersThemselves, NotYourSupporter, UnknownSupport
from server.people import actions
from server.people.groups import actions as groups
from server.people.permits import Action, Role, Who, helps, may
from server.people.sessions import sign_in, sign_out
from server.people.signing_in import who_by_token_hash
from server.people.supporters import actions as supporters
from server.people.supporters.actions import Support
from server.people.tables import AuditRow, GroupRow, MembershipRow, PersonRow, SessionRow
from server.people.tokens import hash_of
from server.store import Store


class Hall:
    """A group with Anna, Sam and Olwen, its organiser, each signed in."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.keys: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    async def come(self, name: str, *roles: tuple[str, Role]) -> None:
        async with self.store.session() as session:
            person = await actions.make_person(session, name)
            for group_name, role in roles:
                group = await actions.ensure_group(session, group_name)
                await actions.join(session, person, group, role)
            self.keys[name] = await sign_in(session, person)
            self.ids[name] = person.id

    async def who(self, name: str) -> Who:
        key = hash_of(self.keys[name])
        async with self.store.reading() as session:
            return (await who_by_token_hash(session, [key]))[key]

    async def do(self, name: str, action: Callable[..., Awaitable[object]], *args: str) -> object:
        who = await self.who(name)
        async with self.store.session() as session:
            return await action(session, who, *args)

    async def helpers(self, name: str) -> list[Support]:
        async with self.store.reading() as session:
            return await supporters.helpers_of(session, await self.who(name))

    async def recorded(self) -> list[tuple[str, str | None, str | None]]:
        """What was done, who did it, and on whose behalf."""
        names = {person_id: name for name, person_id in self.ids.items()}
        async with self.store.reading() as session:
            rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
        return [
            (row.what, names.get(str(row.person_id)), names.get(str(row.for_id))) for row in rows
        ]

    async def agreed(self) -> str:
        """Sam asked and Anna said yes; the id of that."""
        await self.do("Sam", supporters.ask_to_help, self.ids["Anna"])
        [asked] = await self.helpers("Anna")
        await self.do("Anna", supporters.say_yes, asked.id)
        return asked.id

    async def helping(self) -> str:
        """Sam helps Anna now."""
        support = await self.agreed()
        await self.do("Sam", supporters.begin, support)
        return support


@pytest.fixture
async def hall(store: Store) -> Hall:
    hall = Hall(store)
    await hall.come("Anna", ("Devon", Role.MEMBER))
    await hall.come("Sam", ("Devon", Role.READER))
    await hall.come("Olwen", ("Devon", Role.ORGANISER))
    return hall


async def devon(session: AsyncSession) -> GroupRow:
    return await actions.find_group(session, "Devon")


async def test_asking_gives_nothing_before_the_person_says_yes(hall: Hall) -> None:
    await hall.do("Sam", supporters.ask_to_help, hall.ids["Anna"])
    [asked] = await hall.helpers("Anna")
    assert (asked.other.name, asked.since) == ("Sam", None)
    with pytest.raises(UnknownSupport):
        await hall.do("Sam", supporters.begin, asked.id)


async def test_asking_twice_asks_once(hall: Hall) -> None:
    for _ in range(2):
        await hall.do("Sam", supporters.ask_to_help, hall.ids["Anna"])
    assert len(await hall.helpers("Anna")) == 1


@pytest.mark.parametrize("name", ["Sam", "Olwen"])
async def test_nobody_says_yes_for_the_person(hall: Hall, name: str) -> None:
    await hall.do("Sam", supporters.ask_to_help, hall.ids["Anna"])
    [asked] = await hall.helpers("Anna")
    with pytest.raises(UnknownSupport):
        await hall.do(name, supporters.say_yes, asked.id)


async def go_out(hall: Hall, name: str) -> None:
    """As when somebody is taken out just when they are asked: nothing else ends."""
    async with hall.store.session() as session:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id == hall.ids[name])
            .values(ended_at=clock.now())
        )


async def test_nobody_says_yes_to_who_was_taken_out_meanwhile(hall: Hall) -> None:
    await hall.do("Sam", supporters.ask_to_help, hall.ids["Anna"])
    [asked] = await hall.helpers("Anna")
    await go_out(hall, "Sam")
    with pytest.raises(UnknownSupport):
        await hall.do("Anna", supporters.say_yes, asked.id)


async def test_who_was_taken_out_meanwhile_begins_to_help_nobody(hall: Hall) -> None:
    support = await hall.agreed()
    await go_out(hall, "Sam")
    with pytest.raises(UnknownSupport):
        await hall.do("Sam", supporters.begin, support)


async def test_helping_is_told_in_each_group_of_the_person_helped(hall: Hall) -> None:
    await hall.come("Kit", ("Kent", Role.ORGANISER))
    async with hall.store.session() as session:
        kent = await actions.find_group(session, "Kent")
        anna = await session.get_one(PersonRow, hall.ids["Anna"])
        await actions.join(session, anna, kent, Role.MEMBER)
        both = {kent.id, (await devon(session)).id}
    support = await hall.helping()
    await hall.do("Sam", supporters.end, support)
    async with hall.store.reading() as session:
        rows = (await session.scalars(select(AuditRow))).all()
    for what in ("helping began", "helping ended"):
        assert {row.group_id for row in rows if row.what == what} == both
    agreed = [row.group_id for row in rows if row.what == "support agreed"]
    assert kent.id not in agreed


async def test_who_helps_says_yes_to_nobody_meanwhile(hall: Hall) -> None:
    await hall.helping()
    for press in (supporters.choose, supporters.ask_to_help):
        with pytest.raises(AnswersThemselves) as refused:
            await hall.do("Sam", press, hall.ids["Olwen"])
        assert refused.value.sentence.startswith("Only Anna can answer this.")


async def test_a_program_with_an_access_token_says_yes_to_nobody(hall: Hall) -> None:
    anna = replace(await hall.who("Anna"), session_id=None)
    async with hall.store.session() as session:
        with pytest.raises(AnswersThemselves):
            await supporters.choose(session, anna, hall.ids["Sam"])


async def test_a_person_chooses_somebody_of_their_groups_only(hall: Hall) -> None:
    await hall.come("Eve", ("Kent", Role.MEMBER))
    for stranger in (hall.ids["Eve"], hall.ids["Anna"], "nobody"):
        with pytest.raises(NotYourSupporter):
            await hall.do("Anna", supporters.choose, stranger)
    await hall.do("Anna", supporters.choose, hall.ids["Sam"])
    [helper] = await hall.helpers("Anna")
    assert helper.other.name == "Sam"
    assert helper.since is not None


async def test_who_can_be_chosen_is_in_a_group_of_mine_and_not_chosen_yet(hall: Hall) -> None:
    await hall.come("Eve", ("Kent", Role.MEMBER))
    await hall.agreed()
    anna = await hall.who("Anna")
    async with hall.store.reading() as session:
        known = await supporters.helpers_of(session, anna)
        near = await supporters.others_near(session, anna, known)
    assert [one.name for one in near] == ["Olwen"]


async def test_who_helps_may_read_and_write_as_the_person_does_and_no_more(hall: Hall) -> None:
    await hall.helping()
    sam = await hall.who("Sam")
    assert sam.helping is not None
    assert sam.helping.name == "Anna"
    async with hall.store.reading() as session:
        group = await devon(session)
    assert may(sam, Action.WRITE, group)
    assert helps(sam, Action.WRITE, group) == sam.helping
    assert not may(sam, Action.ORGANISE, group)


@pytest.mark.parametrize("name", ["Anna", "Sam"])
async def test_either_of_them_ends_it_and_nothing_of_it_is_left(hall: Hall, name: str) -> None:
    support = await hall.helping()
    await hall.do(name, supporters.end, support)
    sam = await hall.who("Sam")
    assert sam.helping is None
    assert await hall.helpers("Anna") == []
    with pytest.raises(UnknownSupport):
        await hall.do("Sam", supporters.begin, support)


async def test_somebody_else_cannot_end_it(hall: Hall) -> None:
    support = await hall.helping()
    with pytest.raises(UnknownSupport):
        await hall.do("Olwen", supporters.end, support)


async def test_stopping_keeps_the_yes(hall: Hall) -> None:
    support = await hall.helping()
    await hall.do("Sam", supporters.stop)
    assert (await hall.who("Sam")).helping is None
    await hall.do("Sam", supporters.begin, support)
    assert (await hall.who("Sam")).helping is not None


@pytest.mark.parametrize("name", ["Anna", "Sam"])
async def test_going_out_of_the_group_ends_it(hall: Hall, name: str) -> None:
    await hall.helping()
    olwen = await hall.who("Olwen")
    async with hall.store.session() as session:
        await groups.remove(session, await devon(session), olwen, hall.ids[name])
    assert (await hall.who("Sam")).helping is None
    assert await hall.helpers("Anna") == []


async def test_signing_out_ends_helping(hall: Hall) -> None:
    await hall.helping()
    async with hall.store.session() as session:
        await sign_out(session, hall.keys["Sam"])
        await session.flush()
        person = await session.get_one(PersonRow, hall.ids["Sam"])
        hall.keys["Sam"] = await sign_in(session, person)
    assert (await hall.who("Sam")).helping is None


async def test_helping_is_for_one_device(hall: Hall) -> None:
    await hall.helping()
    async with hall.store.session() as session:
        person = await session.get_one(PersonRow, hall.ids["Sam"])
        hall.keys["Sam"] = await sign_in(session, person)
    assert (await hall.who("Sam")).helping is None
    async with hall.store.reading() as session:
        rows = await session.scalars(select(SessionRow.helping_id))
    assert sum(one is not None for one in rows) == 1


async def test_all_of_it_is_recorded_with_whom_it_was_for(hall: Hall) -> None:
    support = await hall.helping()
    await hall.do("Anna", supporters.end, support)
    assert await hall.recorded() == [
        ("support asked", "Sam", None),
        ("support agreed", "Anna", None),
        ("helping began", "Sam", "Anna"),
        ("helping ended", "Sam", "Anna"),
        ("support ended", "Anna", None),
    ]
