import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.web.assets import Assets, ClientNotBuilt
from tests.support.pages import ADDRESS, built_client


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return built_client(tmp_path / "dist")


@pytest.fixture
async def client(assets: Assets) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=assets.routes))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


def test_an_entry_gives_its_styles_and_its_script(assets: Assets) -> None:
    assert assets.tags("pages/base.ts").splitlines() == [
        '<link rel="stylesheet" href="/static/assets/base-1.css">',
        '<script type="module" src="/static/assets/base-1.js"></script>',
    ]


def test_styles_of_shared_parts_come_first_and_once(tmp_path: Path) -> None:
    manifest = {
        "_shared.js": {"file": "assets/shared.js", "css": ["assets/shared.css"]},
        "_other.js": {"file": "assets/other.js", "imports": ["_shared.js"]},
        "pages/draft.ts": {
            "file": "assets/draft.js",
            "css": ["assets/draft.css"],
            "imports": ["_other.js", "_shared.js"],
        },
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert Assets(tmp_path).tags("pages/draft.ts").splitlines() == [
        '<link rel="stylesheet" href="/static/assets/shared.css">',
        '<link rel="stylesheet" href="/static/assets/draft.css">',
        '<script type="module" src="/static/assets/draft.js"></script>',
    ]


def test_a_client_that_was_never_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClientNotBuilt, match="Build the client first"):
        Assets(tmp_path).tags("pages/base.ts")


def test_an_entry_that_was_not_built_is_named(assets: Assets) -> None:
    with pytest.raises(ClientNotBuilt, match=r"no pages/other\.ts"):
        assets.tags("pages/other.ts")


async def test_built_files_are_kept_for_ever_and_packed(client: httpx.AsyncClient) -> None:
    plain = await client.get("/static/assets/base-1.js", headers={"accept-encoding": "identity"})
    packed = await client.get("/static/assets/base-1.js", headers={"accept-encoding": "gzip"})
    assert "immutable" in plain.headers["cache-control"]
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"].startswith("text/javascript")
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


async def test_a_file_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/assets/base-1.js")
    again = await client.get(
        "/static/assets/base-1.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


async def test_pictures_have_plain_addresses(assets: Assets, client: httpx.AsyncClient) -> None:
    (assets.folder / "pictures").mkdir()
    (assets.folder / "pictures" / "house.svg").write_text("<svg/>")
    picture = await client.get("/pictures/house.svg")
    assert picture.text == "<svg/>"
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" not in picture.headers["cache-control"]
    assert (await client.get("/pictures/../manifest.json")).status_code == 404
    assert (await client.get("/pictures/unknown.svg")).status_code == 404
