"""Pictures of people's own: made anew in a process of its own, kept, and shown to who may see them.

Only who shares a group with a person sees their picture. For everybody else it is not there.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

import server
from server import clock
from server.errors import NotAPicture, PictureTooLarge, TooManyPictures, Trouble
from server.people import audit
from server.people.audit import What
from server.people.hidden import forget_picture
from server.people.living import living
from server.people.me.faces import DONE, FILE_BYTES, MEDIA_TYPE, TOO_LARGE
from server.people.permits import Who
from server.people.tables import MembershipRow, PersonRow, SupportRow, UploadRow

# One picture takes a tenth of a second. Who comes while others are busy waits for them.
_AT_ONCE = asyncio.Semaphore(2)
# So many are made or wait, each with its file in memory; whoever comes then comes again later.
_PLACES = asyncio.Semaphore(10)
# Longer than the processor time that a picture has: the machine may be busy.
PATIENCE = 30.0


async def made_anew(body: bytes, patience: float = PATIENCE) -> bytes:
    """The picture in a file, as `faces.make_face` makes it, outside this process.

    Raises NotAPicture, PictureTooLarge, TooManyPictures where too many wait, and Trouble where no
    process could be begun.
    """
    if len(body) > FILE_BYTES:
        raise PictureTooLarge
    if _PLACES.locked():
        raise TooManyPictures
    async with _PLACES, _AT_ONCE:
        # Nothing of our surroundings but the path: they may hold a database's password.
        package = str(Path(server.__file__).parent.parent)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server.people.me.faces"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={"PYTHONPATH": package, "MALLOC_ARENA_MAX": "1"},
            )
        except OSError as error:
            raise Trouble from error
        try:
            async with asyncio.timeout(patience):
                face, _ = await process.communicate(body)
        except TimeoutError:
            raise NotAPicture from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, 9)
                await process.wait()
    if process.returncode == TOO_LARGE:
        raise PictureTooLarge
    if process.returncode != DONE or not face:
        # Refused, out of memory, out of time, or crashed: none of it is a picture to us.
        raise NotAPicture
    return face


async def keep(session: AsyncSession, who: Who, face: bytes) -> UploadRow:
    """Make this the picture of a person, in the place of the one they had. Raises NotSignedIn."""
    person = await living(session, who.person_id)
    row = UploadRow(
        id=clock.new_id(),
        person_id=person.id,
        media_type=MEDIA_TYPE,
        content=face,
        at=clock.now(),
    )
    session.add(row)
    await session.flush()
    person.upload_id, person.picture = row.id, None
    await session.flush()
    await session.execute(
        delete(UploadRow).where(UploadRow.person_id == person.id, UploadRow.id != row.id)
    )
    await forget_picture(session, person.id)
    audit.record_for_groups(session, What.PICTURE_CHANGED, who)
    return row


async def drop(session: AsyncSession, person: PersonRow) -> None:
    """Take a person's own picture away."""
    person.upload_id = None
    await session.flush()
    await session.execute(delete(UploadRow).where(UploadRow.person_id == person.id))


async def find(session: AsyncSession, upload_id: str, who: Who | None) -> UploadRow | None:
    """A picture that this person may see; None where there is none, or where they may not."""
    if who is None:
        return None
    row = await session.scalar(
        select(UploadRow)
        .join(PersonRow, PersonRow.upload_id == UploadRow.id)
        .where(UploadRow.id == upload_id, PersonRow.deleted_at.is_(None))
    )
    if row is None or row.person_id == who.person_id:
        return row
    return row if await _know_each_other(session, row.person_id, who) else None


async def _know_each_other(session: AsyncSession, person_id: str, who: Who) -> bool:
    """Whether two people share a group, or one has said yes to the other as a supporter."""
    groups = set(who.roles) | (set(who.helping.roles) if who.helping is not None else set())
    share = await session.scalar(
        select(MembershipRow.id)
        .where(
            MembershipRow.person_id == person_id,
            MembershipRow.group_id.in_(groups),
            MembershipRow.ended_at.is_(None),
        )
        .limit(1)
    )
    # A card shows nobody of other groups, where they would have met as supporters.
    if share is not None or who.vouched_by is not None:
        return share is not None
    pair = (
        (SupportRow.person_id == person_id) & (SupportRow.supporter_id == who.person_id),
        (SupportRow.person_id == who.person_id) & (SupportRow.supporter_id == person_id),
    )
    supports = await session.scalar(
        select(SupportRow.id)
        .where(or_(*pair), SupportRow.yes_at.is_not(None), SupportRow.ended_at.is_(None))
        .limit(1)
    )
    return supports is not None
