"""How long comparing takes: `python -m tests.bench.places [--places 150,1000] [--statements 60]`.

Seeds a national Charter and as many local versions as asked for, each with its edition, straight
into the tables of a new SQLite database. Of every 10 statements a place keeps 7, says 2 in its own
way and leaves 1 out; it adds two. No two places share a rewording, which is the hardest case.

Pages are asked for through the whole app, in a process of their own, by one client. Times are the
median and the worst of some rounds, and what the process itself computed in the median one: on a
machine that does other things too, that is the steadier figure. "Worked out" begins with nothing
kept; "kept" is the same page again. Memory is the most that the process took since the first page,
over what it took before.
"""

import argparse
import asyncio
import multiprocessing
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from sqlalchemy import event, insert
from starlette.applications import Starlette

from server import clock, logs
from server.app import create_app
from server.comparing import matrix, reading, worked
from server.comparing.matrix import Version
from server.comparing.worked import Tables
from server.migrations.upgrade import upgrade
from server.people.tables import GroupRow
from server.serving import rest_collector
from server.settings import Settings, bundled
from server.store import Store
from server.writing import rich_text, wording
from server.writing.edition import NO_WHY
from server.writing.markdown_in import parse
from server.writing.rich_text import Paragraph, RichText, Run
from server.writing.tables import (
    AdaptationRow,
    CharterRow,
    EditionItemRow,
    EditionRow,
    WordingRow,
)

ROUNDS = 7
AREA = 10  # statements under one heading
WORDS, MEANING = 12, 40
TABLE = "/charters/national/editions/1/table"
MILLISECONDS = 1000


class Writer:
    """Sentences by seeded chance, in which words follow each other as in the starter Charter."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        charter = parse(bundled("charters", "national.md").read_bytes())
        said = [rich_text.plain(item.words + item.meaning) for item in charter.statements]
        self._words = " ".join(said).split()
        self._after: dict[str, list[str]] = {}
        for word, following in pairwise(self._words):
            self._after.setdefault(word, []).append(following)

    def text(self, words: int) -> list[str]:
        found = [self.dice.choice(self._words)]
        while len(found) < words:
            found.append(self.dice.choice(self._after.get(found[-1], self._words)))
        return found

    def reworded(self, text: Sequence[str]) -> list[str]:
        """The same text with some words replaced: between one and half of them."""
        found = list(text)
        at, count = self.dice.randrange(len(found)), self.dice.randint(1, len(found) // 2)
        found[at : at + count] = self.text(count)
        return found


class Rows:
    """Everything that is to be inserted, by table."""

    def __init__(self) -> None:
        self.wordings: dict[str, dict[str, Any]] = {}
        self.groups: list[dict[str, Any]] = []
        self.charters: list[dict[str, Any]] = []
        self.editions: list[dict[str, Any]] = []
        self.adaptations: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []

    def charter(self, name: str, of: str | None = None) -> None:
        """A Charter with an edition, all of whose ids are its name."""
        at = clock.now()
        kind = "local" if of else "national"
        self.groups.append({"id": name, "slug": name, "name": f"Place {name}", "kind": kind})
        said = {"title": f"Charter of {name}", "summary": "", "language": "en-GB"}
        ids = {"id": name, "slug": name, "group_id": name}
        self.charters.append({**ids, **said, "visibility": "everybody", "created_at": at})
        edition = {"id": name, "charter_id": name, "by": name, "number": 1, "name": "", "note": ""}
        also: dict[str, Any] = {
            "people": [],
            "stands_on_id": of,
            "digest": name,
            "published_at": at,
        }
        self.editions.append({**edition, **said, **also, "published_by": None})
        if of:
            made = {"charter_id": name, "of_charter_id": of, "edition_id": of}
            self.adaptations.append({**made, "made_at": at, "made_by": None})

    def wording(self, words: Sequence[str], meaning: Sequence[str] = ()) -> str:
        said = wording.canonical(wording.Wording(_rich(words), _rich(meaning)))
        digest = wording.digest_of_canonical(said).whole
        texts = {"words": said.words, "meaning": said.meaning}
        self.wordings[digest] = {
            "digest": digest,
            **{name: rich_text.to_json(text) for name, text in texts.items()},
            "picture": None,
        }
        return digest

    def entry(self, edition: str, item: str, digest: str, *, out: bool = False) -> None:
        last = self.items[-1] if self.items else None
        place = last["place"] + 1 if last is not None and last["edition_id"] == edition else 0
        self.items.append(
            {
                "edition_id": edition,
                "place": place,
                "item_id": item,
                "kind": "heading" if item.startswith("h") else "statement",
                "position": "",
                "wording_digest": digest,
                "left_out": out,
                "why": [],
                "why_digest": NO_WHY,
                "origins": [],
            }
        )


def _rich(words: Sequence[str]) -> RichText:
    return rich_text.tidy((Paragraph((Run(" ".join(words)),)),))


def made(statements: int, places: int) -> Rows:
    """A national Charter and its local versions, the same each time."""
    writer, rows = Writer(statements * 10_000 + places), Rows()
    rows.charter("national")
    national: list[tuple[str, list[str], list[str], str]] = []
    for number in range(statements):
        if number % AREA == 0:
            rows.entry("national", f"h{number}", rows.wording(writer.text(3)))
        words, meaning = writer.text(WORDS), writer.text(MEANING)
        national.append((f"s{number}", words, meaning, rows.wording(words, meaning)))
        rows.entry("national", f"s{number}", national[-1][3])
    headings = {row["item_id"]: row["wording_digest"] for row in rows.items}
    for place in range(places):
        name = f"place-{place}"
        rows.charter(name, "national")
        for number, (item, words, meaning, digest) in enumerate(national):
            if number % AREA == 0:
                rows.entry(name, f"h{number}", headings[f"h{number}"])
            luck = writer.dice.random()
            if luck < 0.2:
                digest = rows.wording(writer.reworded(words), meaning)  # noqa: PLW2901
            rows.entry(name, item, digest, out=0.2 <= luck < 0.3)
        for number in range(2):
            said = rows.wording(writer.text(WORDS), writer.text(MEANING))
            rows.entry(name, f"x{place}x{number}", said)
    return rows


def seed(folder: Path, statements: int, places: int) -> None:
    """Fill a new database; run in a process of its own, so that its memory is not counted."""
    settings = Settings(data_folder=folder)
    upgrade(settings)
    rows = made(statements, places)
    store = Store(settings.database)
    engine = store.plain_engine()
    with engine.begin() as connection:
        connection.execute(insert(WordingRow), list(rows.wordings.values()))
        connection.execute(insert(GroupRow), rows.groups)
        connection.execute(insert(CharterRow), rows.charters)
        connection.execute(insert(EditionRow), rows.editions)
        connection.execute(insert(AdaptationRow), rows.adaptations)
        connection.execute(insert(EditionItemRow), rows.items)
    engine.dispose()


@contextmanager
def counting(store: Store) -> Iterator[list[str]]:
    """The SELECTs that the database is asked in the meantime."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append(statement)

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.engine.sync_engine, "before_cursor_execute", note)


class Taken(NamedTuple):
    """What some rounds of a step took, in seconds: by the clock, and of computing."""

    clock: list[float]
    computing: list[float]


def show(name: str, taken: Taken, more: str = "") -> None:
    median, worst = statistics.median(taken.clock), max(taken.clock)
    computed = statistics.median(taken.computing)
    times = [f"{each * MILLISECONDS:8.1f}" for each in (median, worst, computed)]
    print(
        f"  {name:<40} {times[0]} ms  worst {times[1]} ms  computing {times[2]} ms  {more}",
        flush=True,
    )


async def timed(step: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> Taken:
    taken = Taken([], [])
    for _ in range(rounds):
        began, computed = time.perf_counter(), time.process_time()
        await step()
        taken.clock.append(time.perf_counter() - began)
        taken.computing.append(time.process_time() - computed)
    return taken


async def of_computing(store: Store) -> None:
    """What is worked out once everything is read: stances, likenesses, what was added alike."""
    async with store.reading() as session:
        national = await reading.find_national(session, None, "national", 1)
        places = await reading.places_of(session, None, national.charter.id)
        shown = [place.edition_id or "" for place in places]
        editions = await reading.entries(session, ["national", *shown])
        versions = [Version(editions[edition_id]) for edition_id in shown]
        ours = editions["national"]
        pairs = matrix.differing(ours, versions)
        digests = {digest for pair in pairs for digest in pair}
        digests |= {entry.digest for entry in matrix.added(ours, versions)}
        texts = await reading.texts(session, digests, ["national", *shown], [])

    def compute() -> None:
        worked.work_out(ours, versions, {}, pairs, texts)

    show("computing", await timed(lambda: asyncio.to_thread(compute)), f"{len(pairs)} rewordings")


async def of_pages(app: Starlette) -> None:
    store: Store = app.state.store
    began = _memory("VmRSS")
    _forget_peak()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:

        async def ask(path: str) -> int:
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text
            return len(answer.content)

        async def anew() -> None:
            app.state.tables = Tables()
            await ask(TABLE)

        taken = await timed(anew)
        with counting(store) as asked:
            await anew()
        show("the table as a page, worked out", taken, f"{len(asked)} queries")
        print(f"  memory: {(_memory('VmHWM') - began) / 1024:.0f} MB more at most", flush=True)
        for name, path in {
            "the table as a page, kept": TABLE,
            "only differences, most changed first": f"{TABLE}?only=differences&sort=most",
            "as a picture": f"{TABLE}?show=picture",
            "with all places at once": f"{TABLE}?places=all",
            "one statement everywhere": "/charters/national/editions/1/statements/s0",
            "the table as JSON": f"{TABLE}.json",
            "the table as CSV": f"{TABLE}.csv",
            "two versions, what changed": "/compare?a=national@1&b=place-0@1",
            "two versions, everything, in one text": (
                "/compare?a=national@1&b=place-0@1&show=inline&much=everything"
            ),
        }.items():
            with counting(store) as asked:
                length = await ask(path)
            taken = await timed(lambda path=path: ask(path))  # type: ignore[misc]
            show(name, taken, f"{len(asked)} queries, {length / 1024:.0f} kB")


def _forget_peak() -> None:
    """Have the most memory this process took counted from here."""
    Path("/proc/self/clear_refs").write_text("5")


def _memory(what: str) -> int:
    """kB of this process: VmRSS now, VmHWM at most."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(what)))


def measure(folder: Path) -> None:
    """Ask for the pages of a seeded database; run in a process of its own."""
    logs.configure(level="error")
    settings = Settings(data_folder=folder)
    app = create_app(settings)
    rest_collector()  # as the server does

    async def run() -> None:
        await of_pages(app)
        await of_computing(app.state.store)
        await app.state.store.close()

    asyncio.run(run())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.places", description=__doc__)
    parser.add_argument("--places", default="150,1000", help="how many, with commas")
    parser.add_argument("--statements", type=int, default=60)
    chosen = parser.parse_args()
    fresh = multiprocessing.get_context("spawn")
    for places in map(int, chosen.places.split(",")):
        print(f"{chosen.statements} statements × {places} places")
        with tempfile.TemporaryDirectory() as folder:
            for step, given in (
                (seed, (Path(folder), chosen.statements, places)),
                (measure, (Path(folder),)),
            ):
                process = fresh.Process(target=step, args=given)
                process.start()
                process.join()
                if process.exitcode:
                    raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
