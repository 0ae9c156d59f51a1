"""The example that `make run` shows: a national Charter in two editions, and ten places' own.

All of it is made the way people would make it: rooms, edits, editions and decisions are real. Only
the dates are moved into the past afterwards, so that there is a history to look at.
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.adapting.adaptations import begin_from, make_version
from server.adapting.answers import Choice, keep_ours, take_theirs
from server.adapting.decisions import Decision
from server.adapting.offers import Reply, Step, offers_of, share, shareable
from server.adapting.updates import OurUpdate, update_of
from server.bus.memory import MemoryBus
from server.comparing import align
from server.comparing.align import ItemChange
from server.live.actions import start_charter
from server.live.engine import Engine
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people.actions import find_group, join, make_group, make_person
from server.people.coming_in.invitations import invite
from server.people.permits import Role, Who
from server.people.tables import GroupRow
from server.publishing import adoptions
from server.publishing.rules import Adopting, Present
from server.settings import Settings
from server.store import Store
from server.writing import editions, starters
from server.writing.authors import Author
from server.writing.charter import Charter, Item
from server.writing.document import Part
from server.writing.edits import (
    AddItem,
    Edit,
    PlaceAfter,
    SetLeftOut,
    SetPicture,
    SetText,
    apply,
)
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, EditionRow, SittingRow

PERSON = "Meg"
_NATIONAL = "Shared Lives Ambassadors"
_WRITERS = (PERSON, "Ben", "Anna")
# Who hears it in the national group when something is not right, and the group's picture.
_LEAD, _PICTURE = "Anna", "handshake"
# Pictures of people who chose one.
_FACES = {PERSON: "cat", "Ben": "locomotive", "Gwen": "herb", "Joan": "goose", "Dev": "guitar"}


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a place has come: its people, and how many days ago it wrote, published, adopted.

    The first of its people organises it. `shares` is a statement that it shares back: its id, and
    why.
    """

    slug: str
    picture: str
    people: tuple[str, ...]
    wrote: int
    published: int | None = None
    adopted: int | None = None
    shares: tuple[str, str] | None = None


# What became of what the places shared, in their order.
_ANSWERS = (
    (Step.ANSWERED, "We like this. We talk about it in our next meeting."),
    (Step.CLOSED, "Thank you. We keep our own words for now."),
)


_PLACES = (
    _Place("cwm-derwen", "evergreen-tree", ("Gwen", "Ifan"), 150, 140, 133),
    _Place(
        "elmbridge-vale",
        "deciduous-tree",
        ("Sue", "Amir"),
        wrote=120,
        published=112,
        shares=("zbxi73ughfc56ogi", "Many of us were alone from Friday to Monday."),
    ),
    _Place("high-fells", "mountain", ("Joan", "Piotr"), 160, 152, 150),
    _Place(
        "kingsmere-city",
        "cityscape",
        ("Dev", "Rosa"),
        wrote=96,
        published=90,
        adopted=83,
        shares=("isakgpq2uam2ifgt", "A real job means real pay."),
    ),
    _Place("lowmarsh-levels", "duck", ("Tilly", "Frank"), 75, 70),
    _Place("northgate-quarter", "castle", ("Sana", "Will"), 130, 124, 118),
    _Place(
        "port-aven",
        "anchor",
        ("Bob", "Lena"),
        wrote=60,
        published=55,
        shares=("sv2onbb2btzy7oad", "A plan helps when things get hard. All places need one."),
    ),
    _Place("saltmarsh-coast", "sailboat", ("Ada", "Hugh"), 41, 39),
    _Place("thornholt", "rose", ("Mo", "Kath"), 20),
    _Place("wyndle-and-ash", "hedgehog", ("Nell", "Jaz"), 9),
)
_FIRST, _SECOND = 200, 14


async def load(store: Store, engine: Engine, settings: Settings) -> str:
    """Load the example unless it is there already; returns a token that lets Meg in."""
    async with store.reading() as session:
        there = await session.scalar(select(GroupRow.id).where(GroupRow.name == _NATIONAL))
    if there is None:
        async with _opened(store, engine, settings) as rooms:
            await _Story(store, engine, rooms).tell()
    async with store.session() as session:
        return await invite(session, await find_group(session, _NATIONAL), PERSON, Role.ORGANISER)


@asynccontextmanager
async def _opened(store: Store, engine: Engine, settings: Settings) -> AsyncGenerator[Rooms]:
    async with aclosing(Journal(store)) as journal:
        rooms = Rooms(store, MemoryBus(), engine, journal, settings)
        await rooms.start()
        try:
            yield rooms
        finally:
            await rooms.stop()


class _Story:
    """What happened, in the order in which it did."""

    def __init__(self, store: Store, engine: Engine, rooms: Rooms) -> None:
        self._store = store
        self._engine = engine
        self._rooms = rooms

    async def tell(self) -> None:
        national, writers = await self._begin()
        first = await self._publish(
            national, "The first Charter", "We wrote it together, from a blank sheet.", _FIRST
        )
        places: dict[str, tuple[CharterRow, Who]] = {}
        for place in _PLACES:
            places[place.slug] = await self._adapt(place, first)
        await self._revise(national, writers)
        await self._publish(
            national, "The second Charter", "We heard from ten places. Thank you.", _SECOND
        )
        await self._keep_up(*places["high-fells"], everything=True)
        await self._publish(places["high-fells"][0], "Our second Charter", "", 6)
        await self._keep_up(*places["cwm-derwen"], everything=False)
        await self._share(places, writers[0])

    async def _begin(self) -> tuple[CharterRow, list[Who]]:
        charter = starters.load("starter")
        begun = await self._engine.begin(charter)
        async with self._store.session() as session:
            group = await make_group(session, _NATIONAL, kind="national")
            group.picture = _PICTURE
            row = await start_charter(
                session, charter, begun, group_id=group.id, slug="national", visibility="everybody"
            )
            writers = [
                await _member(session, name, group, organises=name == PERSON) for name in _WRITERS
            ]
            group.lead_id = writers[_WRITERS.index(_LEAD)].person_id
            return row, writers

    async def _adapt(self, place: _Place, first: EditionRow) -> tuple[CharterRow, Who]:
        """A place makes its own version, writes in it, publishes it and adopts it.

        Returns the version, and the organiser.
        """
        ours = dict(starters.local_versions())[place.slug]
        async with self._store.reading() as session:
            charter = begin_from(await editions.read_edition(session, first.id), ours.title)
        charter = replace(charter, summary=ours.summary)
        begun = await self._engine.begin(charter)
        async with self._store.session() as session:
            group = await make_group(session, _name_of(place))
            group.picture = place.picture
            group.invited_by_id = (await find_group(session, _NATIONAL)).id
            people = [
                await _member(session, name, group, organises=number == 0)
                for number, name in enumerate(place.people)
            ]
            row = await make_version(
                session, first, charter, begun, group=group, person_id=people[0].person_id
            )
            row.visibility = "everybody"
        await self._write(row, _edits(charter, ours), people, place.wrote)
        if place.published is None:
            return row, people[0]
        edition = await self._publish(row, "Our first Charter", "", place.published)
        if place.adopted is not None:
            async with self._store.session() as session:
                await adoptions.adopt(
                    session,
                    people[0],
                    _adopting(place.adopted),
                    group=group,
                    charter=row,
                    edition=edition,
                )
        return row, people[0]

    async def _revise(self, national: CharterRow, writers: list[Who]) -> None:
        """The Ambassadors write the second edition in three sittings."""
        async with self._store.reading() as session:
            charter = await read_charter(session, national.id)
        revised = _edits(charter, starters.second_edition())
        third = len(revised) // 3 + 1
        for number, days in enumerate((37, 30, 23)):
            part = revised[number * third : (number + 1) * third]
            await self._write(national, part, writers[number:] + writers[:number], days)

    async def _keep_up(self, row: CharterRow, who: Who, *, everything: bool) -> None:
        """A place takes what it never touched and, if `everything`, keeps its own of the rest."""
        found = await self._update_of(row, who)
        taken = [one for each in found.to_take for one in take_theirs(each, found.edition)]
        decision = Decision(
            found, found.to_take, taken, Choice.THEIRS, Author(who.person_id), together=True
        )
        await decision.make(self._rooms)
        await self._rooms.settling.settle(row.id)
        while everything and (found := await self._update_of(row, who)).to_ask:
            question = found.to_ask[0]
            kept = keep_ours(question, found.edition, None)
            await Decision(found, [question], kept, Choice.OURS, Author(who.person_id)).make(
                self._rooms
            )
            await self._rooms.settling.settle(row.id)
        await self._date(row, 8)

    async def _update_of(self, row: CharterRow, who: Who) -> OurUpdate:
        async with self._store.reading() as session:
            return await update_of(session, row, who)

    async def _share(self, places: dict[str, tuple[CharterRow, Who]], meg: Who) -> None:
        """Some places share words back, and the Ambassadors answer the first of them."""
        answers = iter(_ANSWERS)
        for place in _PLACES:
            if place.shares is None:
                continue
            row, who = places[place.slug]
            item_id, why = place.shares
            async with self._store.session() as session:
                seen = (await shareable(session, who, row, item_id)).seen
                await share(session, who, row, item_id, why=why, seen=seen)
            if (answer := next(answers, None)) is None:
                continue
            async with self._store.session() as session:
                offer = next(iter(await offers_of(session, row.id)))
                await Reply(offer, *answer, Author(meg.person_id)).say(session)

    async def _write(
        self,
        row: CharterRow,
        edits: Sequence[Sequence[Edit]],
        people: Sequence[Who],
        days: int,
    ) -> None:
        """One sitting: one person after the other changes some items."""
        share = -(-len(edits) // len(people))
        for number, person in enumerate(people):
            items = edits[number * share : (number + 1) * share]
            if said := [edit for item in items for edit in item]:
                change = partial(apply, edits=tuple(said))
                await self._rooms.change(row.id, change, author=Author(person.person_id))
        # Nobody is in the room, so the sitting is over when it has settled.
        await self._rooms.settling.settle(row.id)
        await self._date(row, days)

    async def _date(self, row: CharterRow, days: int) -> None:
        """Move the newest sitting of a Charter so many days into the past."""
        began = _days_ago(days, hour=18)
        async with self._store.session() as session:
            newest = (
                select(SittingRow.id)
                .where(SittingRow.charter_id == row.id)
                .order_by(SittingRow.last_at.desc())
                .limit(1)
            )
            await session.execute(
                update(SittingRow)
                .where(SittingRow.id == newest.scalar_subquery())
                .values(
                    began_at=began,
                    last_at=began + timedelta(minutes=50),
                    ended_at=began + timedelta(minutes=60),
                )
            )

    async def _publish(self, row: CharterRow, name: str, note: str, days: int) -> EditionRow:
        async with self._store.session() as session:
            return await editions.publish(
                session, row.id, name=name, note=note, at=_days_ago(days, hour=20)
            )


async def _member(session: AsyncSession, name: str, group: GroupRow, *, organises: bool) -> Who:
    """Somebody new in a group."""
    role = Role.ORGANISER if organises else Role.MEMBER
    person = await make_person(session, name)
    person.picture = _FACES.get(name)
    await join(session, person, group, role)
    return Who(person.id, person.name, None, {group.id: role})


def _edits(old: Charter, new: Charter) -> list[list[Edit]]:
    """What to change in a Charter so that it says another one, item by item."""
    before: dict[str, str | None] = {}
    last: str | None = None
    for item in new.items:
        before[item.id] = last
        last = item.id
    changes = align.compare(old, new).items
    return [found for each in changes if (found := _edits_of(each, before))]


def _edits_of(change: ItemChange, before: dict[str, str | None]) -> list[Edit]:
    new = change.new
    if new is None or (not change.is_change and not change.parts):
        return []
    if change.old is None:
        return [AddItem(new), PlaceAfter(new.id, before[new.id])]
    found = list(_said(new))
    if change.moved:
        found.append(PlaceAfter(new.id, before[new.id]))
    return found


def _said(item: Item) -> Iterator[Edit]:
    for part, rich in zip(Part, (item.words, item.meaning, item.why), strict=True):
        yield SetText(item.id, part, rich)
    yield SetPicture(item.id, item.picture)
    yield SetLeftOut(item.id, item.left_out)


def _adopting(days: int) -> Adopting:
    on = _days_ago(days, hour=14).date()
    return Adopting(
        adopted_on=on,
        look_again_on=date(on.year + 1, on.month, 1),
        present=(Present("people", 6), Present("carers", 3), Present("workers", 1)),
        note="",
    )


def _days_ago(days: int, *, hour: int) -> datetime:
    then = clock.now() - timedelta(days=days)
    return then.replace(hour=hour, minute=0, second=0, microsecond=0)


def _name_of(place: _Place) -> str:
    """`wyndle-and-ash` is Wyndle and Ash."""
    return " ".join(word if word == "and" else word.title() for word in place.slug.split("-"))
