"""The file in which people take their data away: a zip with data, the same in words, and a picture.

It is written to a file of the system's own that has no name, and goes when it has been sent.
"""

import json
import re
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from server.people.tables import UploadRow
from server.writing import my_data
from server.writing.my_data import Facts, Part

DATA, WORDS, PICTURE = "my-data.json", "my-data.md", "picture.webp"
FORMAT = 1
# As much as this stays in memory; more goes to the disk.
_IN_MEMORY = 1024 * 1024
_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")

_TITLES = {
    "groups": "My groups",
    "devices": "Where I am signed in",
    "passkeys": "Keys that my devices keep",
    "came_in": "How I came in",
    "supporters": "Supporters",
    "hidden": "What is hidden of me",
    "reports": "What I reported",
    "sittings": "What I wrote",
    "record": "What I did, and what was done for me",
}


class _Written:
    """The two texts as they grow, side by side: each row is looked up once."""

    def __init__(self, data: IO[bytes], words: IO[bytes]) -> None:
        self._data, self._words = data, words
        self._data.write(f'{{\n"format": {FORMAT}'.encode())
        self._words.write(b"# My data\n")

    def facts(self, name: str, title: str, facts: Facts) -> None:
        """A part with one entry."""
        self._data.write(f',\n"{name}": {_json(facts)}'.encode())
        self._words.write(f"\n## {title}\n\n{_told(facts)}\n".encode())

    async def rows(self, name: str, title: str, rows: AsyncIterator[Facts]) -> None:
        """A part with as many entries as come."""
        self._data.write(f',\n"{name}": ['.encode())
        self._words.write(f"\n## {title}\n".encode())
        first = True
        async for row in rows:
            self._data.write(f"{'' if first else ','}\n{_json(row)}".encode())
            self._words.write(f"\n{_told(row)}\n".encode())
            first = False
        self._data.write(b"]")
        if first:
            self._words.write(b"\nNothing.\n")

    def end(self) -> None:
        self._data.write(b"\n}\n")


async def written(
    session: AsyncSession, person_id: str, more: Sequence[tuple[str, str, Part]] = ()
) -> IO[bytes]:
    """The zip, open at its start; whoever asks closes it.

    `more` are parts of other features: (name, title, what gathers it).
    """
    out: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- it is given away
    try:
        await _write(out, session, person_id, more)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


async def _write(
    out: IO[bytes],
    session: AsyncSession,
    person_id: str,
    more: Sequence[tuple[str, str, Part]],
) -> None:
    with SpooledTemporaryFile(_IN_MEMORY) as data, SpooledTemporaryFile(_IN_MEMORY) as words:
        into = _Written(data, words)
        into.facts("me", "Who I am", await my_data.about(session, person_id))
        for name in ("groups", "devices", "passkeys", "came_in", "supporters", "hidden", "reports"):
            gather: Part = getattr(my_data, name)
            await into.rows(name, _TITLES[name], _each(await gather(session, person_id)))
        for name, title, part in more:
            await into.rows(name, title, _each(await part(session, person_id)))
        for name, found in (("sittings", my_data.sittings), ("record", my_data.record)):
            await into.rows(name, _TITLES[name], found(session, person_id))
        into.end()
        picture = await session.scalar(
            select(UploadRow.content).where(UploadRow.person_id == person_id)
        )
        await run_in_threadpool(_zip, out, {DATA: data, WORDS: words}, picture)


def _zip(out: IO[bytes], files: dict[str, Any], picture: bytes | None) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            file.seek(0)
            with archive.open(name, "w") as entry:
                while piece := file.read(64 * 1024):
                    entry.write(piece)
        if picture is not None:
            archive.writestr(PICTURE, picture)


async def _each(rows: Iterable[Facts]) -> AsyncIterator[Facts]:
    for row in rows:
        yield row


def _json(facts: Facts) -> str:
    return json.dumps(facts, ensure_ascii=False)


def _told(facts: Facts) -> str:
    """Facts as a list in Markdown; what is empty is not told."""
    lines: list[str] = []
    for name, value in facts.items():
        if isinstance(value, list):
            for each in value:
                lines += [f"- {_label(name)}:", *_inner(each)]
        elif isinstance(value, dict):
            lines += [f"- {_label(name)}:", *_inner(value)]
        elif value not in (None, "", False):
            lines.append(f"- {_label(name)}: {_plain(value)}")
    return "\n".join(lines)


def _inner(facts: Facts) -> list[str]:
    return [f"  {line}" for line in _told(facts).split("\n") if line]


def _label(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: Any) -> str:
    """On one line, and with nothing in it that Markdown would take for a sign."""
    if value is True:
        return "yes"
    return _SIGNS.sub(r"\\\1", " ".join(str(value).split()))
