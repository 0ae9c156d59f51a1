import json
import zipfile
from typing import Any

from server import clock
from server.people import audit
from server.people.audit import What
from server.people.me import uploads
from server.people.permits import Who
from server.people.tables import PasskeyRow, PersonRow
from server.store import Store
from server.writing import my_data_file
from server.writing.my_data import Facts
from tests.support.people import somebody

HOSTILE = "../../# [x](javascript:1) <b>"


async def opened(store: Store, who: Who, *more: Any) -> tuple[list[str], Facts, str]:
    async with store.reading() as session:
        file = await my_data_file.written(session, who.person_id, more)
    with file, zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        data = json.loads(archive.read("my-data.json"))
        return archive.namelist(), data, archive.read("my-data.md").decode()


async def test_the_file_holds_all_of_a_person_as_data_and_in_words(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    async with store.session() as session:
        person = await session.get_one(PersonRow, ann.person_id)
        person.email = "ann@example.org"
        await uploads.keep(session, ann, b"face")
        session.add(
            PasskeyRow(
                id="key",
                person_id=ann.person_id,
                credential_id=b"1",
                public_key=b"secret",
                sign_count=0,
                name="My tablet",
                created_at=clock.now(),
                used_at=clock.now(),
            )
        )
        audit.record(session, What.NAME_CHANGED, by=ann, group_id=next(iter(ann.roles)))
    names, data, words = await opened(store, ann)
    assert names == ["my-data.json", "my-data.md", "picture.webp"]
    assert data["format"] == 1
    assert (data["me"]["name"], data["me"]["email"]) == ("Ann", "ann@example.org")
    assert data["groups"][0]["group"] == "Devon"
    assert [row["name"] for row in data["passkeys"]] == ["My tablet"]
    assert [row["what"] for row in data["record"]] == ["picture changed", "name changed"]
    assert data["sittings"] == []
    for told in ("# My data", "## Who I am", "- name: Ann", "ann@example.org", "- group: Devon"):
        assert told in words
    assert "secret" not in str(data)


async def test_nothing_of_anybody_else_is_in_it(store: Store) -> None:
    ann = await somebody(store, "Ann", "Devon")
    ben = await somebody(store, "Zebraquartz", "Devon")
    async with store.session() as session:
        await uploads.keep(session, ben, b"zebraface")
    names, data, words = await opened(store, ann)
    assert names == ["my-data.json", "my-data.md"]
    assert "Zebraquartz" not in f"{data}{words}"


async def test_a_hostile_name_stays_a_name(store: Store) -> None:
    ann = await somebody(store, HOSTILE, "Devon")
    names, data, words = await opened(store, ann)
    assert names == ["my-data.json", "my-data.md"]
    assert data["me"]["name"] == HOSTILE
    assert r"\# \[x\]\(javascript:1\) \<b\>" in words


async def test_other_features_add_what_they_keep(store: Store) -> None:
    async def hats(_session: object, person_id: str) -> list[Facts]:
        return [{"hat": "red", "of": person_id}]

    ann = await somebody(store, "Ann")
    _, data, words = await opened(store, ann, ("hats", "My hats", hats))
    assert data["hats"] == [{"hat": "red", "of": ann.person_id}]
    assert "## My hats\n\n- hat: red" in words
