from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from server.people.me import face_pages, uploads
from server.people.me import pages as me_pages
from server.people.me.faces import FILE_BYTES
from server.people.permits import Who
from server.people.tables import PersonRow, SessionRow
from server.store import Store
from server.web.limits import KINDS
from tests.support.pages import browser, form_token, make_app
from tests.support.people import come_in, picture, somebody


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, [*me_pages.routes, *face_pages.routes])


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


@pytest.fixture
async def ann(store: Store, client: httpx.AsyncClient) -> Who:
    ann = await somebody(store, "Ann", "Devon")
    await come_in(store, client, ann)
    return ann


async def put_in(
    client: httpx.AsyncClient, body: bytes, name: str = "me.jpg", kind: str = "image/jpeg"
) -> httpx.Response:
    page = await client.get("/me/photo")
    return await client.post(
        "/me/photo",
        data={"form_token": form_token(page)},
        files={"photo": (name, body, kind)},
    )


async def face_of(store: Store, who: Who) -> str:
    async with store.reading() as session:
        person = await session.get_one(PersonRow, who.person_id)
    return f"/faces/{person.upload_id}"


async def test_pictures_sent_without_end_are_refused(
    app: Starlette, client: httpx.AsyncClient, ann: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "made_anew", None)
    for _ in range(int(KINDS["upload"].split()[0])):
        await app.state.limits.count("upload", ann.person_id)
    assert (await put_in(client, picture())).status_code == 429


@pytest.mark.parametrize(
    "name", ["me.jpg", "../../etc/passwd", "a\nb.html", 'x"; filename="y.svg', "x" * 300 + ".exe"]
)
async def test_a_picture_is_shown_whatever_its_file_was_called(
    store: Store, client: httpx.AsyncClient, ann: Who, name: str
) -> None:
    done = await put_in(client, picture(), name, "text/html")
    assert (done.status_code, done.headers["location"]) == (303, "/me?done=picture")
    address = await face_of(store, ann)
    assert f'src="{address}"' in (await client.get("/me")).text
    shown = await client.get(address)
    assert shown.status_code == 200
    assert shown.content[:4] == b"RIFF"
    told = shown.headers
    assert told["content-type"] == "image/webp"
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-disposition"] == 'inline; filename="picture.webp"'
    assert told["content-security-policy"].startswith("sandbox")
    assert told["cache-control"] == "private, no-cache"
    again = await client.get(address, headers={"if-none-match": told["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_shared_device_keeps_no_picture(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    await put_in(client, picture())
    async with store.session() as session:
        await session.execute(update(SessionRow).values(shared=True))
    assert (await client.get(await face_of(store, ann))).headers["cache-control"] == "no-store"


async def test_for_strangers_it_is_not_there(
    store: Store, client: httpx.AsyncClient, ann: Who, app: Starlette
) -> None:
    await put_in(client, picture())
    address = await face_of(store, ann)
    eve = await somebody(store, "Eve", "Kent")
    async with browser(app) as other:
        unknown = await other.get("/faces/unknown")
        assert (await other.get(address)).status_code == unknown.status_code == 404
        await come_in(store, other, eve)
        for path in (address, "/faces/unknown", "/faces/..%2f..%2fetc", "/faces/%00"):
            answer = await other.get(path)
            assert answer.status_code == 404
            assert "We do not know this page." in answer.text


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "We could not read this picture."),
        (picture()[:100], 415, "We could not read this picture."),
        (b"", 415, "We could not read this picture."),
        (b"\xff\xd8\xff" + b"\x00" * FILE_BYTES, 413, "This picture is too big."),
        (b"\xff\xd8\xff" + b"\x00" * (FILE_BYTES + 200_000), 413, "This picture is too big."),
    ],
    ids=["svg", "half", "empty", "large", "larger"],
)
async def test_what_is_no_picture_comes_back_with_a_sentence(
    client: httpx.AsyncClient, ann: Who, body: bytes, status: int, sentence: str
) -> None:
    page = await put_in(client, body)
    assert page.status_code == status
    assert sentence in page.text


async def test_no_file_at_all_is_asked_for(client: httpx.AsyncClient, ann: Who) -> None:
    page = await client.get("/me/photo")
    fields = {"form_token": (None, form_token(page).encode())}
    answer = await client.post("/me/photo", files=fields)
    assert answer.status_code == 422
    assert "Please choose a picture." in answer.text


async def test_a_form_that_does_not_say_how_long_it_is_is_refused(
    client: httpx.AsyncClient, ann: Who
) -> None:
    async def for_ever() -> AsyncIterator[bytes]:
        yield b"--x\r\n"

    kind = {"content-type": "multipart/form-data; boundary=x"}
    answer = await client.post("/me/photo", content=for_ever(), headers=kind)
    assert answer.status_code == 413


async def test_only_who_is_signed_in_puts_a_picture_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/me/photo")).status_code == 401
    answer = await client.post("/me/photo", files={"photo": ("a", picture(), "image/jpeg")})
    assert answer.status_code == 401


async def test_another_sites_form_puts_nothing_in(client: httpx.AsyncClient, ann: Who) -> None:
    answer = await client.post("/me/photo", files={"photo": ("a", picture(), "image/jpeg")})
    assert answer.status_code == 403
