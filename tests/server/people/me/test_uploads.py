"""Pictures of people's own: made in another process, kept once, shown to who shares a group."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from server import clock
from server.errors import NotAPicture, PictureTooLarge, TooManyPictures
from server.people.me import uploads
from server.people.me.faces import FILE_BYTES
from server.people.permits import Helped, Who
from server.people.tables import AuditRow, MembershipRow, PersonRow, SupportRow, UploadRow
from server.store import Store
from tests.support.people import keep, picture, sees, somebody


async def test_a_picture_is_made_anew_in_a_process_of_its_own() -> None:
    made = Image.open(BytesIO(await uploads.made_anew(picture())))
    assert (made.format, made.size) == ("WEBP", (256, 256))


@pytest.mark.parametrize("body", [b"", b"<svg/>", picture()[:200]])
async def test_what_is_no_picture_is_refused(body: bytes) -> None:
    with pytest.raises(NotAPicture):
        await uploads.made_anew(body)


async def test_a_picture_that_takes_too_long_is_ended() -> None:
    with pytest.raises(NotAPicture):
        await uploads.made_anew(picture(), patience=0)


async def test_too_many_bytes_begin_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "create_subprocess_exec", None)
    with pytest.raises(PictureTooLarge):
        await uploads.made_anew(b"\x00" * (FILE_BYTES + 1))


async def test_when_many_wait_more_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_PLACES", asyncio.Semaphore(1))
    first = asyncio.create_task(uploads.made_anew(picture()))
    await asyncio.sleep(0)
    with pytest.raises(TooManyPictures):
        await uploads.made_anew(picture())
    assert await first
    assert await uploads.made_anew(picture())


async def test_a_new_picture_takes_the_place_of_the_old_one(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    first, second = await keep(store, ann), await keep(store, ann, b"other")
    async with store.reading() as session:
        assert list(await session.scalars(select(UploadRow.id))) == [second]
        assert (await session.get_one(PersonRow, ann.person_id)).upload_id == second
        told = (await session.scalars(select(AuditRow))).all()
    assert not await sees(store, first, ann)
    assert {(row.what, row.person_id, row.group_id) for row in told} == {
        ("picture changed", ann.person_id, *ann.roles)
    }


async def test_only_people_of_a_common_group_see_it(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon", "Kent")
    ben = await somebody(store, "Ben", "Kent")
    eve = await somebody(store, "Eve", "Bath")
    face = await keep(store, ann)
    assert await sees(store, face, ann)
    assert await sees(store, face, ben)
    assert not await sees(store, face, eve)
    assert not await sees(store, face, None)
    assert not await sees(store, "not-there", ann)


async def test_who_left_the_group_sees_it_no_more(store: Store) -> None:
    ann, ben = await somebody(store, "Ann", "Devon"), await somebody(store, "Ben", "Devon")
    face = await keep(store, ann)
    async with store.session() as session:
        mine = await session.scalar(
            select(MembershipRow).where(MembershipRow.person_id == ann.person_id)
        )
        assert mine is not None
        mine.ended_at = clock.now()
    assert not await sees(store, face, ben)


async def test_a_supporter_sees_it_while_the_yes_stands(store: Store) -> None:
    ann, sam = await somebody(store, "Ann", "Devon"), await somebody(store, "Sam")
    face = await keep(store, ann)
    async with store.session() as session:
        support = SupportRow(
            id="s",
            person_id=ann.person_id,
            supporter_id=sam.person_id,
            asked_at=clock.now(),
        )
        session.add(support)
    assert not await sees(store, face, sam)
    async with store.session() as session:
        (await session.get_one(SupportRow, "s")).yes_at = clock.now()
    assert await sees(store, face, sam)
    async with store.session() as session:
        (await session.get_one(SupportRow, "s")).ended_at = clock.now()
    assert not await sees(store, face, sam)


async def test_who_helps_somebody_sees_the_people_of_their_group(store: Store) -> None:
    ann, ben = await somebody(store, "Ann", "Devon"), await somebody(store, "Ben", "Devon")
    face = await keep(store, ben)
    sam = Who("p-sam", "Sam", helping=Helped(ann.person_id, "Ann", roles=ann.roles))
    assert await sees(store, face, sam)


async def test_a_picture_can_be_taken_away(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    await keep(store, ann)
    async with store.session() as session:
        await uploads.drop(session, await session.get_one(PersonRow, ann.person_id))
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(UploadRow)) == 0
