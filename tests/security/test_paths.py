"""No address leads out of a folder of files, and no title into the name or headers of one."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import select

from server.people import actions as people
from server.people.permits import Role
from server.people.signing_in import cookie_name
from server.people.tables import PersonRow
from server.writing import editions
from server.writing.tables import CharterRow
from tests.support.forms import form_to
from tests.support.programs import free_port
from tests.support.serving import Quiet
from tests.support.world import Visit, visit

BUILT = Path(__file__).parents[2] / "client" / "dist"
TITLE = '../../x"\r\nSet-Cookie: a=b'
FILE_NAME = re.compile(r'attachment; filename="[a-z0-9][a-z0-9-]*\.(md|json|csv)"')
FOLDERS = ("/static/", "/pictures/", "/faces/")
# What lies beside and above the built files, and where everybody's secrets lie.
AIMS = ("manifest.json", "package.json", "server/app.py", "etc/passwd", "var/secret")
UP = (
    "../",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%2f",
    "..\\",
    "..%5c",
    "%252e%252e%252f",
    ".%00./",
    "....//",
)
ROOTED = ("/", "//", "%2f", "%2f%2f", "\\", "%5c%5c", "C:\\", "file:///", "%00", "~/")


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visit(tmp_path / "data") as there:
        yield there


def tricks() -> list[str]:
    """What might lead out of a folder, as it stands in an address."""
    ups = [up * times + aim for up in UP for times in (1, 2, 6) for aim in AIMS]
    return (
        ups + [root + aim for root in ROOTED for aim in AIMS] + ["", ".", "..", "%00", "a%00.svg"]
    )


async def as_it_stands(port: int, path: str, secret: str) -> tuple[int, bytes]:
    """Ask for exactly this, as no well-behaved client would; the status, and what came."""
    said = f"Host: localhost\r\nConnection: close\r\nCookie: {cookie_name(False)}={secret}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\n{said}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body


async def test_no_trick_leads_out_of_a_folder(there: Visit) -> None:
    """On a real server, each address as it is: what is found is a file of the built client."""
    built = {file.read_bytes() for file in BUILT.rglob("*") if file.is_file()}
    port, secret = free_port(), there.world.secrets["member"]
    config = uvicorn.Config(there.app, port=port, http="httptools", lifespan="off", log_config=None)
    wrong = []
    async with Quiet(config).serving():
        assert (await as_it_stands(port, "/static/manifest.json", secret))[0] == 200
        for address in (folder + trick for folder in FOLDERS for trick in tricks()):
            status, body = await as_it_stands(port, address, secret)
            if status >= 500 or (status == 200 and body not in built):
                wrong.append(f"{address}: {status} {body[:80]!r}")
    assert not wrong


def test_no_link_leads_out_of_a_folder() -> None:
    """A file of the built client is a file: none is a link to elsewhere."""
    assert not [file for file in BUILT.rglob("*") if file.is_symlink()]


async def test_the_title_of_a_charter_is_not_in_the_name_of_its_files(there: Visit) -> None:
    browser = there.browser("second")
    form = form_to((await browser.get("/charters/new")).text, "/charters/new")
    made = await browser.post("/charters/new", data=form.filled(title=TITLE))
    assert made.status_code == 303, made.text
    page = made.headers["location"]
    assert re.fullmatch(r"/charters/[a-z0-9-]+", page)
    await _publish(there, page)
    for ending in ("md", "json"):
        _is_harmless(await browser.get(f"{page}/editions/1.{ending}"))


async def test_the_name_of_a_group_is_not_in_the_name_of_its_files(there: Visit) -> None:
    async with there.store.session() as session:
        group = await people.make_group(session, TITLE)
        person = await session.get_one(PersonRow, there.world.ids["second"])
        await people.join(session, person, group, Role.ORGANISER)
    browser = there.browser("second")
    for ending in ("csv", "json"):
        _is_harmless(await browser.get(f"/groups/{group.slug}/audit.{ending}"))


async def test_an_address_cannot_choose_the_name_of_a_file(there: Visit) -> None:
    """What stands in an address is in the name only where it is the name of something."""
    await there.show("everybody")
    browser = there.browser("organiser")
    for told in ("x%22%0d%0aSet-Cookie:%20a=b", "%2e%2e%2f%2e%2e%2fx", "x%00"):
        for path in (
            f"/charters/{told}/editions/1.md",
            f"/charters/home{told}/editions/1.json",
            f"/charters/{told}/editions/1/table.csv",
            f"/charters/above/editions/1/statements/{told}.csv",
            f"/groups/{told}/audit.csv",
        ):
            answer = await browser.get(path)
            assert answer.status_code == 404, path
            assert "content-disposition" not in answer.headers
            assert "set-cookie" not in answer.headers


async def _publish(there: Visit, page: str) -> None:
    async with there.store.session() as session:
        slug = page.rpartition("/")[2]
        row = (await session.scalars(select(CharterRow).where(CharterRow.slug == slug))).one()
        await editions.publish(session, row.id, name=TITLE)


def _is_harmless(answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text
    assert FILE_NAME.fullmatch(answer.headers["content-disposition"])
    cookies = [cookie.partition("=")[0] for cookie in answer.headers.get_list("set-cookie")]
    assert "a" not in cookies
