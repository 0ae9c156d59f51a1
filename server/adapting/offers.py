"""Sharing back: words of our own version, offered to the group of the Charter it was made from.

An offer is for exact words, by their digest, so that nobody's later writing changes what was
offered. Each step is kept: together they are the receipt that the offering group reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.adapting.standing import standing_of
from server.adapting.tables import OfferRow, OfferStepRow
from server.adapting.taking import Taking, Wanted, print_of
from server.comparing.align import ItemChange, Stance, compare
from server.errors import (
    MayNot,
    NothingToShare,
    OfferOver,
    SharedAlready,
    UnknownOffer,
    WordsChanged,
    WordsRemoved,
)
from server.live.rooms import Rooms
from server.people.audit import What, record, record_on
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.writing import rich_text, wording
from server.writing.authors import Author, author_of, helped_by
from server.writing.charter import Charter, Item, Kind
from server.writing.hidden import WORDS, hidden_of_many, reasons_of
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, WordingRow
from server.writing.wording import Wording

_CAN_BE_SHARED = frozenset({Stance.REWORDED, Stance.LEFT_OUT, Stance.ADDED})


class Step(StrEnum):
    """What became of an offer; the newest step but "answered" is where it stands."""

    OFFERED = "offered"
    ANSWERED = "answered"
    TAKEN = "taken"
    CLOSED = "closed"


_OVER = frozenset({Step.TAKEN, Step.CLOSED})


@dataclass(frozen=True, slots=True)
class Shareable:
    """A difference of ours that can be shared: what they have, and what we have of it."""

    of_charter: CharterRow
    of_group: GroupRow
    change: ItemChange
    charter: Charter

    @property
    def seen(self) -> str:
        return print_of(self.change.new)

    @property
    def wording_digest(self) -> str:
        """The words that are offered; of what we left out, the words that we do not want."""
        return wording.digest_of_canonical(wording.of(self.change.item)).whole


async def shareable(session: AsyncSession, who: Who, row: CharterRow, item_id: str) -> Shareable:
    """The difference between their newest edition and ours in one statement.

    Raises NothingToShare without one, and MayNot when their Charter may no longer be read.
    """
    standing = await standing_of(session, row.id, who)
    if standing is None:
        raise NothingToShare
    if not may(who, Action.READ, standing.of_charter):
        raise MayNot("You cannot see their Charter now, so you cannot share.")
    ours = (await read_charter(session, row.id)).shown
    change = compare(standing.theirs, ours).by_id.get(item_id)
    if change is None or change.kind is not Kind.STATEMENT or change.stance not in _CAN_BE_SHARED:
        raise NothingToShare
    return Shareable(standing.of_charter, standing.of_group, change, ours)


async def share(
    session: AsyncSession, who: Who, row: CharterRow, item_id: str, *, why: str, seen: str
) -> OfferRow:
    """Offer what we have of a statement.

    Raises NothingToShare, MayNot, WordsChanged when it is not what was seen, and SharedAlready.
    """
    found = await shareable(session, who, row, item_id)
    if found.seen != seen:
        raise WordsChanged
    # Two presses at once wait for each other here.
    await session.get(CharterRow, row.id, with_for_update=True)
    before = await session.scalar(
        select(OfferRow.id).where(
            OfferRow.charter_id == row.id,
            OfferRow.item_id == item_id,
            OfferRow.wording_digest == found.wording_digest,
            OfferRow.stance == found.change.stance,
        )
    )
    if before is not None:
        raise SharedAlready
    if await session.get(WordingRow, found.wording_digest) is None:
        raise NothingToShare
    offer = OfferRow(
        id=clock.new_id(),
        charter_id=row.id,
        to_charter_id=found.of_charter.id,
        item_id=item_id,
        stance=str(found.change.stance),
        wording_digest=found.wording_digest,
        why=why,
        state=str(Step.OFFERED),
    )
    session.add(offer)
    await session.flush()
    session.add(OfferStepRow(**_step(offer.id, Step.OFFERED, why, author_of(who, row))))
    record(
        session,
        What.SHARED,
        by=who,
        for_id=helped_by(who, row),
        group_id=row.group_id,
        charter_id=row.id,
        item=item_id,
    )
    await session.flush()
    return offer


@dataclass(frozen=True)
class Offer:
    """An offer with all that its pages show.

    `says` is None once its words were forgotten, or hidden (`says_hidden`). `hidden` are the steps
    with words that are hidden, each with the reason.
    """

    row: OfferRow
    charter: CharterRow
    group: GroupRow
    to_charter: CharterRow
    says: Wording | None
    steps: Sequence[OfferStepRow]
    hidden: Mapping[str, str]
    says_hidden: bool = False

    @property
    def is_over(self) -> bool:
        return self.row.state in _OVER

    @property
    def stance(self) -> Stance:
        return Stance(self.row.stance)

    def wanted(self, national: Charter, from_charter: Charter) -> Wanted:
        """What taking the words makes of the national statement. Raises WordsRemoved."""
        there = national.item(self.row.item_id)
        seen = print_of(there)
        if self.stance is Stance.LEFT_OUT:
            gone = None if there is None else replace(there, left_out=True)
            return Wanted(self.row.item_id, seen, gone)
        if self.says is None:
            raise WordsRemoved
        item = there or Item(self.row.item_id, Kind.STATEMENT, "a0")
        item = replace(
            item,
            words=self.says.words,
            meaning=self.says.meaning,
            picture=self.says.picture,
            left_out=False,
        )
        if there is not None:
            return Wanted(item.id, seen, item)
        # What is new to them stands behind the statement that it stands behind in our version.
        ids = [each.id for each in from_charter.items]
        place = ids.index(item.id) if item.id in ids else len(ids)
        return Wanted(item.id, seen, item, tuple(reversed(ids[:place])))


async def offers_of(session: AsyncSession, charter_id: str) -> Sequence[Offer]:
    """What a version has offered, the newest first."""
    return await _offers(session, OfferRow.charter_id == charter_id)


async def offers_to(session: AsyncSession, charter_id: str) -> Sequence[Offer]:
    """What was offered to a Charter, the newest first."""
    return await _offers(session, OfferRow.to_charter_id == charter_id)


async def offer_to(session: AsyncSession, charter_id: str, offer_id: str) -> Offer:
    """One offer to a Charter. Raises UnknownOffer."""
    found = await _offers(session, OfferRow.to_charter_id == charter_id, OfferRow.id == offer_id)
    if not found:
        raise UnknownOffer
    return found[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the national group does with an offer, ready to be made."""

    offer: Offer
    step: Step
    words: str
    author: Author

    async def take(self, rooms: Rooms, wanted: Wanted) -> None:
        """Take the words into our draft, in one transaction with the step.

        Raises BeingWritten, WordsChanged and OfferOver.
        """
        await rooms.change(
            self.offer.to_charter.id,
            Taking((wanted,)),
            author=self.author,
            items=[wanted.item_id],
            record=self.record,
        )

    async def say(self, session: AsyncSession) -> None:
        """Answer, or close with thanks. Raises OfferOver."""
        connection = await session.connection()
        await connection.run_sync(self.record)

    def record(self, connection: Connection) -> None:
        """Write the step down, unless the offer is over."""
        done = connection.execute(
            update(OfferRow)
            .where(OfferRow.id == self.offer.row.id, OfferRow.state.not_in(_OVER))
            .values(state=str(self.step))
        )
        if done.rowcount != 1:
            raise OfferOver
        step = _step(self.offer.row.id, self.step, self.words, self.author)
        connection.execute(insert(OfferStepRow).values(**step))
        record_on(
            connection,
            What.OFFER_ANSWERED,
            by=self.author.person_id,
            for_id=self.author.for_id,
            group_id=self.offer.to_charter.group_id,
            charter_id=self.offer.to_charter.id,
            step=str(self.step),
        )


def _step(offer_id: str, step: Step, words: str, author: Author) -> dict[str, object]:
    return {
        "id": clock.new_id(),
        "offer_id": offer_id,
        "step": str(step),
        "words": words,
        "person_id": author.person_id,
        "for_id": author.for_id,
        "at": clock.now(),
    }


async def _offers(session: AsyncSession, *those: ColumnElement[bool]) -> Sequence[Offer]:
    found = (
        await session.execute(
            select(OfferRow, CharterRow, GroupRow, WordingRow)
            .join(CharterRow, CharterRow.id == OfferRow.charter_id)
            .join(GroupRow, GroupRow.id == CharterRow.group_id)
            .join(WordingRow, WordingRow.digest == OfferRow.wording_digest)
            .where(*those)
        )
    ).all()
    steps: dict[str, list[OfferStepRow]] = {row.id: [] for row, *_ in found}
    for step in await session.scalars(
        select(OfferStepRow).where(OfferStepRow.offer_id.in_(steps)).order_by(OfferStepRow.at)
    ):
        steps[step.offer_id].append(step)
    to_charters = {
        row.to_charter_id: await session.get_one(CharterRow, row.to_charter_id) for row, *_ in found
    }
    hidden = await hidden_of_many(session, {row.charter_id for row, *_ in found})
    reasons = await reasons_of(session, [step.id for some in steps.values() for step in some])
    offers = [
        Offer(
            row,
            charter,
            group,
            to_charters[row.to_charter_id],
            None if is_hidden else _says(says),
            steps[row.id],
            reasons,
            says_hidden=is_hidden,
        )
        for row, charter, group, says in found
        for is_hidden in [(charter.id, row.item_id, WORDS, says.digest) in hidden]
    ]
    return sorted(offers, key=lambda offer: offer.steps[0].at, reverse=True)


def _says(row: WordingRow) -> Wording | None:
    if row.removed_at is not None:
        return None
    return Wording(rich_text.from_json(row.words), rich_text.from_json(row.meaning), row.picture)
