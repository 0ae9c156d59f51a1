"""Deleting a person: what told who they were is in no row and no file, and others' words stay."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from server import clock
from server.bus.memory import MemoryBus
from server.errors import (
    BeingWritten,
    LastOrganiser,
    NotDeletedYet,
    NotSignedIn,
    NotWhileHelping,
    Trouble,
)
from server.live import wire
from server.live.deleting import Deleting
from server.live.engine import Engine
from server.live.forgetting import Forgetting
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people import actions
from server.people.me import uploads
from server.people.names import A_MEMBER
from server.people.permits import Helped, Role, Who
from server.people.tables import (
    AccessTokenRow,
    AuditRow,
    GroupRow,
    InvitationRow,
    MembershipRow,
    PasskeyRow,
    PersonRow,
    SessionRow,
    SignInLinkRow,
    SupportRow,
    UploadRow,
)
from server.settings import Settings
from server.store import Base, Store
from server.writing import editions, history
from server.writing.authors import Author
from server.writing.charter import Item, Kind
from server.writing.document import Part
from server.writing.edits import AddItem, Edit, SetText, apply
from server.writing.read_side import read_charter
from server.writing.rich_text import Paragraph, RichText, Run, plain
from tests.server.live.sinks import ANN, BEN, reader
from tests.server.live.stored import Stored, store_charter
from tests.support.waiting import until

SETTINGS = Settings(settle_after=3600, settle_at_most=3600)
NAME, EMAIL = "Zebraquartz", "zebra@quartz.example"
MINE, REASON, OURS = "quokkafjord", "ibexlagoon", "otterdune"


def says(text: str) -> RichText:
    return (Paragraph((Run(text),)),)


def statement(item_id: str, text: str) -> Item:
    return Item(id=item_id, kind=Kind.STATEMENT, position="a5", words=says(text))


class Hall:
    """A Charter in which Zebraquartz (p-ann) and Ben write, and all that can delete her."""

    def __init__(self, store: Store, charter: Stored, journal: Journal, engine: Engine) -> None:
        self.store, self.charter, self.id = store, charter, charter.charter_id
        self.journal, bus = journal, MemoryBus()
        self.rooms = Rooms(store, bus, engine, journal, SETTINGS)
        forgetting = Forgetting(store, journal, engine, self.rooms)
        self.wiping = forgetting.wiping
        self.deleting = Deleting(store, bus, journal, self.rooms, forgetting)
        self.bus = bus

    @property
    def who(self) -> Who:
        return Who("p-ann", NAME, roles={self.charter.group_id: Role.MEMBER})

    async def write(
        self, *edits: Edit, by: str | Author | None = "p-ann", charter_id: str | None = None
    ) -> None:
        author, charter_id = Author(by) if isinstance(by, str) else by, charter_id or self.id
        await self.rooms.change(charter_id, partial(apply, edits=edits), author=author)
        await self.rooms.settling.settle(charter_id)

    async def own(self) -> dict[str, bool]:
        """The items that are only hers, and whether the whole of each is."""
        found = await self.deleting.only_theirs("p-ann")
        return {own.item_id: own.whole for each in found for own in each.own}

    async def texts(self, charter_id: str | None = None) -> dict[str, str]:
        async with self.store.reading() as session:
            charter = await read_charter(session, charter_id or self.id)
        return {item.id: plain(item.words) for item in charter.items}

    async def every_value(self) -> str:
        told: list[str] = []
        async with self.store.reading() as session:
            for table in Base.metadata.sorted_tables:
                rows = await session.execute(select(table))
                told += (repr(tuple(row)) for row in rows)
        return "\n".join(told)


@pytest.fixture
async def hall(store: Store) -> AsyncIterator[Hall]:
    charter = await store_charter(store)
    async with store.session() as session:
        person = await session.get_one(PersonRow, "p-ann")
        person.name, person.email, person.picture = NAME, EMAIL, "dog"
    async with aclosing(Journal(store)) as journal, aclosing(Engine(SETTINGS)) as engine:
        hall = Hall(store, charter, journal, engine)
        await hall.bus.open()
        await hall.rooms.start()
        yield hall
        await hall.rooms.stop()
        await hall.wiping.stop()
        await hall.bus.close()


async def give_her_everything(hall: Hall) -> None:
    """All that a person can have here."""
    now, soon = clock.now(), clock.now() + timedelta(days=1)
    async with hall.store.session() as session:
        group = await session.get_one(GroupRow, hall.charter.group_id)
        group.lead_id = "p-ann"
        await actions.issue_token(session, NAME, group)
        await uploads.keep(session, hall.who, NAME.encode())
        session.add(
            PasskeyRow(
                id="key",
                person_id="p-ann",
                credential_id=b"1",
                public_key=b"2",
                sign_count=0,
                name=f"{NAME}'s tablet",
                created_at=now,
                used_at=now,
            )
        )
        session.add(SignInLinkRow(id="l", token_hash="l", person_id="p-ann", expires_at=soon))
        session.add(
            SupportRow(id="s", person_id="p-ann", supporter_id="p-ben", asked_at=now, yes_at=now)
        )
        for card, name, email in (("mine", NAME.lower(), EMAIL), ("bens", "Ben", None)):
            session.add(
                InvitationRow(
                    id=card,
                    token_hash=card,
                    group_id=group.id,
                    name=name,
                    role="member",
                    email=email,
                    created_at=now,
                    expires_at=soon,
                )
            )
        await session.flush()
        await session.execute(
            update(SessionRow).where(SessionRow.person_id == "p-ben").values(helping_id="s")
        )


def in_files(folder: Path, *what: str) -> list[str]:
    return [
        f"{word} in {file.name}"
        for file in sorted(folder.glob("charter.sqlite*"))
        for word in what
        if word.encode() in file.read_bytes()
    ]


async def test_nothing_tells_who_it_was_and_their_words_stay(hall: Hall) -> None:
    await give_her_everything(hall)
    await hall.write(AddItem(statement("mine", MINE)))
    before = await hall.every_value()
    assert NAME in before
    assert EMAIL in before
    await hall.deleting.delete(hall.who, forget_words=False)
    after = (await hall.every_value()).lower()
    assert NAME.lower() not in after
    assert EMAIL not in after
    assert (await hall.texts())["mine"] == MINE
    async with hall.store.reading() as session:
        person = await session.get_one(PersonRow, "p-ann")
        assert (person.name, person.email, person.picture) == (A_MEMBER, None, None)
        assert (person.upload_id, person.preferences) == (None, {})
        assert person.deleted_at is not None
        for table in (SessionRow, AccessTokenRow, PasskeyRow, SignInLinkRow, UploadRow):
            hers = table.person_id == "p-ann"
            assert await session.scalar(select(table).where(hers)) is None
        membership = await session.scalar(
            select(MembershipRow).where(MembershipRow.person_id == "p-ann")
        )
        assert membership is not None
        assert membership.ended_at is not None
        support = await session.get_one(SupportRow, "s")
        assert (support.ended_at is not None, support.ended_by) == (True, "p-ann")
        bens = await session.scalar(select(SessionRow).where(SessionRow.person_id == "p-ben"))
        assert bens is not None
        assert bens.helping_id is None
        assert (await session.get_one(GroupRow, hall.charter.group_id)).lead_id is None
        card = await session.get_one(InvitationRow, "mine")
        assert (card.name, card.email) == (A_MEMBER, None)
        assert card.revoked_at is not None
        assert (await session.get_one(InvitationRow, "bens")).revoked_at is None
        told = (await session.scalars(select(AuditRow).where(AuditRow.what == "deleted"))).all()
        assert [(row.person_id, row.group_id) for row in told] == [("p-ann", hall.charter.group_id)]
        diary = await history.diary(session, hall.id)
    assert [entry.persons for entry in diary.entries] == [(A_MEMBER,)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_file_of_the_database_names_them_or_says_what_only_they_wrote(
    hall: Hall, tmp_path: Path
) -> None:
    await give_her_everything(hall)
    await hall.write(AddItem(statement("mine", f"{MINE} at first")))
    await hall.write(SetText("mine", Part.WORDS, says(f"{MINE} {REASON}")))
    await hall.write(SetText("s1", Part.WHY, says(f"Because {REASON}")))
    await hall.write(SetText("s2", Part.WORDS, says(OURS)))
    assert len(in_files(tmp_path, NAME, EMAIL, MINE, REASON)) >= 4
    await hall.deleting.delete(hall.who, forget_words=True)
    await hall.wiping.done()
    assert in_files(tmp_path, NAME, EMAIL, MINE, REASON) == []
    assert in_files(tmp_path, OURS) != []
    assert not hall.store.owes_wipe()
    texts = await hall.texts()
    assert "mine" not in texts
    assert (texts["s1"], texts["s2"]) == ("I choose who I live with.", OURS)


async def test_what_others_built_on_stays(hall: Hall) -> None:
    for item in ("alone", "bens-too", "published", "joined", "helped", "typed-for-ben"):
        by = {"helped": Author("p-ben", "p-ann"), "typed-for-ben": Author("p-ann", "p-ben")}
        await hall.write(AddItem(statement(item, f"Words of {item}")), by=by.get(item, "p-ann"))
    await hall.write(SetText("bens-too", Part.WORDS, says("Other words")), by="p-ben")
    origin = Item(
        id="from-joined",
        kind=Kind.STATEMENT,
        position="a6",
        words=says("More"),
        origins=("joined",),
    )
    await hall.write(AddItem(origin), by="p-ben")
    await hall.write(SetText("s1", Part.WHY, says("My reason")))
    await hall.write(SetText("s2", Part.WHY, says("Our reason")), by="p-ben")
    await hall.write(SetText("s2", Part.WHY, says("My better reason")))
    assert await hall.own() == {
        "alone": True,
        "published": True,
        "helped": True,
        "s1": False,
    }
    async with hall.store.session() as session:
        await editions.publish(session, hall.id)
    await hall.write(AddItem(statement("later", "Said later")))
    assert await hall.own() == {"later": True}


async def test_words_that_stand_in_another_statement_too_stay(hall: Hall) -> None:
    await hall.write(AddItem(statement("mine", "The same words")))
    await hall.write(AddItem(statement("bens", "The same words")), by="p-ben")
    assert await hall.own() == {}


async def test_what_was_taken_out_long_ago_is_forgotten_too(hall: Hall) -> None:
    await hall.write(AddItem(statement("mine", MINE)))
    await hall.write(SetText("mine", Part.WORDS, says("Nothing of it")))
    assert await hall.own() == {"mine": True}
    await hall.deleting.delete(hall.who, forget_words=True)
    after = await hall.every_value()
    assert MINE not in after
    assert "Nothing of it" not in after


async def test_the_last_organiser_hands_over_first(hall: Hall) -> None:
    async with hall.store.session() as session:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id == "p-ann")
            .values(role=Role.ORGANISER.value)
        )
    await hall.write(AddItem(statement("mine", MINE)))
    who = Who("p-ann", NAME, roles={hall.charter.group_id: Role.ORGANISER})
    with pytest.raises(LastOrganiser):
        await hall.deleting.delete(who, forget_words=True)
    assert (await hall.texts())["mine"] == MINE
    async with hall.store.reading() as session:
        assert (await session.get_one(PersonRow, "p-ann")).name == NAME


async def test_who_is_alone_in_a_group_may_go(hall: Hall) -> None:
    async with hall.store.session() as session:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id != "p-ann")
            .values(ended_at=clock.now())
        )
        await session.execute(update(MembershipRow).values(role=Role.ORGANISER.value))
    who = Who("p-ann", NAME, roles={hall.charter.group_id: Role.ORGANISER})
    await hall.deleting.delete(who, forget_words=False)
    assert NAME not in await hall.every_value()


async def test_nobody_is_deleted_while_helping(hall: Hall) -> None:
    helping = Helped("p-ben", "Ben", roles=hall.who.roles)
    who = Who("p-ann", NAME, roles=hall.who.roles, helping=helping)
    with pytest.raises(NotWhileHelping):
        await hall.deleting.delete(who, forget_words=False)


async def test_an_open_page_ends(hall: Hall) -> None:
    room = await hall.rooms.open(hall.id)
    ann, sink = reader(ANN)
    hall.rooms.enter(room, ann, 1)
    await hall.deleting.delete(hall.who, forget_words=False)
    await until(lambda: ann.closed, "the page to end")
    assert sink.closed is not None
    assert sink.closed[0] == NotSignedIn.close


async def two_charters(hall: Hall) -> list[str]:
    """Her own words in two Charters, in the order in which they are forgotten."""
    other = await store_charter(hall.store, "kent")
    both = sorted([hall.id, other.charter_id])
    for number, charter_id in enumerate(both):
        mine = statement(f"mine-{number}", f"{MINE} {number}")
        await hall.write(AddItem(mine), charter_id=charter_id)
    return both


async def is_there(hall: Hall) -> bool:
    async with hall.store.reading() as session:
        return (await session.get_one(PersonRow, "p-ann")).deleted_at is None


async def test_while_somebody_writes_in_one_of_them_no_charter_is_touched(hall: Hall) -> None:
    first, second = await two_charters(hall)
    room = await hall.rooms.open(second)
    ben, _ = reader(BEN)
    hall.rooms.enter(room, ben, 1)
    told = wire.Presence(((7, 1, b'{"writing":"mine-1","part":"words"}'),))
    room.hear(ben, told, hall.rooms.now())
    with pytest.raises(BeingWritten, match="Ben"):
        await hall.deleting.delete(hall.who, forget_words=True)
    assert (await hall.texts(first))["mine-0"] == f"{MINE} 0"
    assert (await hall.texts(second))["mine-1"] == f"{MINE} 1"
    assert await is_there(hall)


async def test_what_fails_in_the_second_charter_is_told_and_another_press_does_the_rest(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await two_charters(hall)
    change = hall.rooms.change

    async def fails(charter_id: str, *args: Any, **named: Any) -> int:
        if charter_id == second:
            raise Trouble
        return await change(charter_id, *args, **named)

    with monkeypatch.context() as broken:
        broken.setattr(hall.rooms, "change", fails)
        with pytest.raises(NotDeletedYet, match="Some of your words are gone"):
            await hall.deleting.delete(hall.who, forget_words=True)
    assert "mine-0" not in await hall.texts(first)
    assert (await hall.texts(second))["mine-1"] == f"{MINE} 1"
    assert await is_there(hall)
    # What is gone is gone from the files, too.
    await hall.wiping.done()
    assert not hall.store.owes_wipe()
    await hall.deleting.delete(hall.who, forget_words=True)
    assert "mine-1" not in await hall.texts(second)
    assert MINE not in await hall.every_value()
    assert not await is_there(hall)


async def test_what_fails_in_the_first_charter_changed_nothing_and_says_what_it_was(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await two_charters(hall)

    async def fails(*_: Any, **__: Any) -> int:
        raise Trouble

    monkeypatch.setattr(hall.rooms, "change", fails)
    with pytest.raises(Trouble):
        await hall.deleting.delete(hall.who, forget_words=True)
    assert (await hall.texts(first))["mine-0"] == f"{MINE} 0"
    assert await is_there(hall)
