"""The built client: which files a page needs, from Vite's manifest, and serving them."""

import gzip
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = "/static"
PICTURES = "/pictures"
# Built files carry a digest of their content in their names, so they never change.
_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"
_WORTH_PACKING = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class ClientNotBuilt(Exception):  # noqa: N818 -- named as our refusals are
    """The pages need scripts and styles that are not there: the client was never built."""


class Assets:
    """The built client in one folder. `tags` gives what a page's head needs for one entry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def routes(self) -> list[Mount]:
        """Built files under /static, pictures by their ids under /pictures."""
        return [
            Mount(STATIC, BuiltFiles(self.folder)),
            Mount(PICTURES, BuiltFiles(self.folder / "pictures", _A_DAY)),
        ]

    @cached_property
    def manifest(self) -> dict[str, dict[str, Any]]:
        """Vite's manifest: source path in `client/` → built file, its styles and its imports."""
        file = self.folder / "manifest.json"
        try:
            entries: dict[str, dict[str, Any]] = json.loads(file.read_text("utf-8"))
        except FileNotFoundError:
            raise ClientNotBuilt(f"Build the client first (`npm run build`): no {file}.") from None
        return entries

    def tags(self, entry: str) -> Markup:
        """The style sheets and the script of an entry such as "pages/base.ts".

        Raises ClientNotBuilt when the client, or this entry, was not built.
        """
        if entry not in self.manifest:
            raise ClientNotBuilt(f"Build the client again: it has no {entry}.")
        chunks = self._with_imports(entry)
        styles = dict.fromkeys(style for chunk in chunks for style in chunk.get("css", []))
        parts = [Markup('<link rel="stylesheet" href="{}">').format(_at(style)) for style in styles]
        own = self.manifest[entry]["file"]
        parts.append(Markup('<script type="module" src="{}"></script>').format(_at(own)))
        return Markup("\n").join(parts)

    def _with_imports(self, entry: str) -> list[dict[str, Any]]:
        """An entry's chunk after all that it imports, each once: later styles win."""
        order: dict[str, dict[str, Any]] = {}

        def visit(key: str) -> None:
            chunk = self.manifest[key]
            for imported in chunk.get("imports", []):
                if imported not in order:
                    visit(imported)
            order[key] = chunk

        visit(entry)
        return list(order.values())


class BuiltFiles(StaticFiles):
    """Serves built files, to be kept for ever, and packed where the browser can unpack.

    Each is packed once and the result kept: a hall's Wi-Fi is slow, and there are few files.
    """

    def __init__(self, folder: Path, cache: str = _FOREVER) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._cache = cache
        self._packed: dict[str, bytes] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        kind = _WORTH_PACKING.get(Path(path).suffix)
        headers = Headers(scope=scope)
        response = await super().get_response(path, scope)
        if response.status_code not in {200, 304}:
            return response
        response.headers["cache-control"] = self._cache
        wanted = "gzip" in headers.get("accept-encoding", "") and "range" not in headers
        if kind is None:
            return response
        response.headers["vary"] = "Accept-Encoding"
        if response.status_code == 304 or not wanted or scope["method"] == "HEAD":
            return response
        packed = self._pack(path)
        return Response(
            packed,
            headers={
                "content-encoding": "gzip",
                "cache-control": self._cache,
                "vary": "Accept-Encoding",
                "etag": response.headers["etag"],
            },
            media_type=kind,
        )

    def _pack(self, path: str) -> bytes:
        full, _ = self.lookup_path(path)
        if full not in self._packed:
            self._packed[full] = gzip.compress(Path(full).read_bytes(), 6, mtime=0)
        return self._packed[full]


def _at(file: str) -> str:
    return f"{STATIC}/{file}"
