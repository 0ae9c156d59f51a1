"""Pages without a server process: the real routes and middleware, asked in this process."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from server.bus.memory import MemoryBus
from server.people.mail import Post
from server.people.secret import secret_of
from server.people.signing_in import KnowWhoAsks
from server.settings import Settings
from server.store import Store
from server.web.assets import Assets
from server.web.errors import HANDLERS
from server.web.limits import Limits
from server.web.middleware import around
from server.web.templates import Templates

ADDRESS = "http://localhost:8000"


def built_client(folder: Path) -> Assets:
    """A built client that has every entry any page asks for, and one real file."""
    pages = ["base", "reading", "draft", "looks", "signed_out", "passkey"]
    manifest = {
        f"pages/{page}.ts": {"file": f"assets/{page}-1.js", "css": [f"assets/{page}-1.css"]}
        for page in pages
    }
    (folder / "assets").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "assets" / "base-1.js").write_text("console.log('here');\n" * 50)
    return Assets(folder)


def make_app(
    store: Store,
    folder: Path,
    routes: Sequence[BaseRoute],
    settings: Settings | None = None,
) -> Starlette:
    """An app as app.py wires it, as far as pages need it."""
    settings = settings or Settings(data_folder=folder)
    assets = built_client(folder / "dist")
    app = Starlette(
        routes=[*assets.routes, *routes],
        middleware=[*around(settings), Middleware(KnowWhoAsks)],
        exception_handlers=HANDLERS,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.bus = MemoryBus()
    app.state.limits = Limits(settings)
    app.state.secret = secret_of(settings)
    app.state.post = Post(settings)
    app.state.templates = Templates(settings, assets)
    app.state.ready_checks = {"database": store.check}
    return app


def browser(app: Starlette, address: str = ADDRESS) -> httpx.AsyncClient:
    """Somebody's browser: it keeps cookies and does not follow redirects."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=address)


def form_token(page: httpx.Response) -> str:
    """The hidden value of a page's forms."""
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None, "this page has no form"
    return found[1]


async def send(
    browser: httpx.AsyncClient, path: str, fields: dict[str, str] | None = None
) -> httpx.Response:
    """Open a page and send its form, as a person does."""
    page = await browser.get(path)
    return await browser.post(path, data={"form_token": form_token(page), **(fields or {})})
