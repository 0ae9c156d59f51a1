import pytest
from sqlalchemy import select

from server import clock
from server.errors import NotSignedIn
from server.people.living import living
from server.people.me import actions as me
from server.people.me import uploads
from server.people.preferences import Preferences
from server.people.tables import PasskeyRow, PersonRow, UploadRow
from server.store import Store
from tests.support.authenticator import HERE, Authenticator
from tests.support.people import make_passkey, somebody


async def test_who_is_there_is_found_and_who_is_not_known_is_refused(store: Store) -> None:
    ann = await somebody(store, "Ann")
    async with store.session() as session:
        assert (await living(session, ann.person_id)).name == "Ann"
        with pytest.raises(NotSignedIn):
            await living(session, "nobody")


async def test_nothing_is_stored_for_somebody_who_was_deleted_meanwhile(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    async with store.session() as session:
        (await session.get_one(PersonRow, ann.person_id)).deleted_at = clock.now()
    async with store.session() as session:
        for writes in (
            living(session, ann.person_id),
            uploads.keep(session, ann, b"face"),
            me.prefer(session, ann, Preferences(text_size="largest")),
            me.change_email(session, ann, "ann@example.org"),
            me.change_name(session, ann, "Annie"),
            me.choose_picture(session, ann, "dog"),
        ):
            with pytest.raises(NotSignedIn):
                await writes
    with pytest.raises(NotSignedIn):
        await make_passkey(store, ann, Authenticator(HERE))
    async with store.reading() as session:
        person = await session.get_one(PersonRow, ann.person_id)
        assert (person.name, person.email, person.picture) == ("Ann", None, None)
        assert (person.upload_id, person.preferences) == (None, {})
        for table in (UploadRow, PasskeyRow):
            assert (await session.scalars(select(table))).all() == []
