"""Publishing a Charter: what would be published, what changed, and making the edition."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.standing import stands_on as standing_on
from server.comparing import align
from server.comparing.align import Comparison
from server.errors import EmptyCharter, NothingNew
from server.people.audit import What, record
from server.people.permits import Who
from server.publishing import namings
from server.publishing.readers import choose as choose_readers
from server.publishing.rules import WrongField
from server.publishing.shown import Shown, charter_of
from server.writing import edition as form
from server.writing import editions, rich_text
from server.writing.charter import Charter
from server.writing.editions import AfterPublishing, BeforePublishing, Problem
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, EditionRow, WordingRow
from server.writing.wording import Wording


@dataclass(frozen=True, slots=True)
class Since:
    """What is other in a Charter than it was: its title, its summary, its statements."""

    comparison: Comparison

    @property
    def title(self) -> tuple[str, str] | None:
        """The title before and now, where it changed."""
        old, new = self.comparison.old.title, self.comparison.new.title
        return None if old == new else (old, new)

    @property
    def summary(self) -> tuple[str, str] | None:
        """The summary before and now, where it changed."""
        old, new = self.comparison.old.summary, self.comparison.new.summary
        return None if old == new else (old, new)

    @property
    def whys(self) -> int:
        """How many statements have the same words, and another why."""
        return sum(
            not change.is_change and align.Part.WHY in change.parts
            for change in self.comparison.items
        )


def since(old: Charter, new: Charter) -> Since:
    return Since(align.compare(old, new))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be published now: `words` is the digest of it.

    `before` is the newest edition, and `stands_on` the one of the other Charter on which our own
    version stands. Changes are told from `told_from`: the newest edition, or for the first one of
    our own version the one on which it stands; `said` is what that says.
    """

    row: CharterRow
    charter: Charter
    number: int
    words: str
    before: EditionRow | None
    stands_on: EditionRow | None
    told_from: EditionRow | None
    said: Charter | None
    is_empty: bool
    is_new: bool
    problems: Sequence[Problem]
    answers: Sequence[namings.Answer]

    @property
    def changed(self) -> Since | None:
        """What is other than in that edition: worked out when it is asked for."""
        return None if self.said is None else since(self.said, self.charter)

    @property
    def named(self) -> list[str]:
        """Who said yes to being named."""
        return [answer.name for answer in self.answers if answer.yes]

    @property
    def silent(self) -> list[str]:
        """Who has said nothing yet."""
        return [answer.name for answer in self.answers if answer.yes is None]


async def propose(
    session: AsyncSession, row: CharterRow, checks: Sequence[BeforePublishing] = ()
) -> Proposal:
    """What would be published if somebody published now."""
    charter = (await read_charter(session, row.id)).shown
    before = await editions.newest(session, row.id)
    number = 1 if before is None else before.number + 1
    stands_on = await standing_on(session, row.id)
    told_from = before or stands_on
    said = None if told_from is None else await editions.read(session, told_from.id)
    items = form.items_of(charter)
    words = form.digest_of_words(charter.title, charter.summary, charter.language, items)
    return Proposal(
        row=row,
        charter=charter,
        number=number,
        words=words,
        before=before,
        stands_on=stands_on,
        told_from=told_from,
        said=None if said is None else said.charter,
        is_empty=not form.says_something(items),
        is_new=before is None
        or said is None
        or before.stands_on_id != (None if stands_on is None else stands_on.id)
        or form.digest_of_words(said.title, said.summary, said.language, said.items) != words,
        problems=[problem for check in checks for problem in await check(session, row, charter)],
        answers=await namings.answers(session, row, number),
    )


async def publish(
    session: AsyncSession,
    row: CharterRow,
    who: Who,
    *,
    name: str,
    note: str,
    number: int,
    words: str,
    anyway: bool = False,
    readers: str | None = None,
    checks: Sequence[BeforePublishing] = (),
    tell: Sequence[AfterPublishing] = (),
) -> EditionRow:
    """Make edition `number` of the words that were shown, with the names of those who said yes.

    `readers` says who can read the Charter and its editions from now on.

    Raises PublishedMeanwhile when something changed, EmptyCharter, NothingNew, and WrongField while
    there are problems that nobody has taken on.
    """
    # From here on nobody settles it, publishes it or changes their mind about being named.
    await session.scalar(select(CharterRow.id).where(CharterRow.id == row.id).with_for_update())
    proposal = await propose(session, row, checks)
    if proposal.is_empty:
        raise EmptyCharter
    if (proposal.number, proposal.words) == (number, words):
        if not proposal.is_new:
            raise NothingNew
        if proposal.problems and not anyway:
            raise WrongField("anyway", "Please see to these first. Or say that it is all right.")
    edition = await editions.publish(
        session,
        row.id,
        name=name,
        note=note,
        people=await namings.names(session, row, number),
        by=who.person_id,
        number=number,
        words=words,
        stands_on=proposal.stands_on,
    )
    record(
        session,
        What.PUBLISHED,
        by=who,
        group_id=row.group_id,
        charter_id=row.id,
        title=edition.title,
        number=edition.number,
    )
    if readers is not None:
        await choose_readers(session, row, who, readers)
    for each in tell:
        await each(session, row, edition)
    return edition


async def changed_meanwhile(session: AsyncSession, shown: Shown, present: Charter) -> Since:
    """What changed between a Charter that was shown and the present one."""
    digests = {item.wording_digest for item in shown.items}
    rows = await session.scalars(select(WordingRow).where(WordingRow.digest.in_(digests)))
    wordings = {
        row.digest: Wording(
            rich_text.from_json(row.words), rich_text.from_json(row.meaning), row.picture
        )
        for row in rows
    }
    return since(charter_of(shown, wordings, present), present)
