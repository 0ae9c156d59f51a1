"""A small world with everybody in it, on the real app: who may do what is asked here.

Home has a Charter, "ours", made from the one of Above and itself made their own by Below; in all of
them something has happened, so that every page has something to show. It is made once in a process
and copied, with its database, for each who asks.
"""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from server import clock
from server.adapting.adaptations import begin_from, make_version
from server.adapting.offers import share, shareable
from server.adapting.tables import OfferRow, OfferStepRow
from server.app import create_app
from server.live.actions import start_charter
from server.live.engine import Engine
from server.live.rooms import Rooms
from server.migrations.upgrade import upgrade
from server.people import actions as people
from server.people.coming_in.invitations import make_card
from server.people.coming_in.sign_in_links import make_links
from server.people.coming_in.wanted import Wanted
from server.people.permits import Role, Who
from server.people.secret import secret_of
from server.people.sessions import Device, sign_in
from server.people.signing_in import cookie_name, who_by_token_hash
from server.people.tables import (
    GroupRow,
    MembershipRow,
    PasskeyRow,
    PersonHidingRow,
    PersonRow,
    ReportRow,
    SessionRow,
    SupportRow,
    UploadRow,
)
from server.people.tokens import hash_of
from server.publishing import adoptions
from server.publishing.rules import Adopting, Present
from server.settings import Settings
from server.store import Store
from server.writing import editions, edits, rich_text
from server.writing.authors import Author
from server.writing.charter import Charter, Item, Kind
from server.writing.document import Part
from server.writing.position import spread
from server.writing.tables import CharterRow, EditionRow, HidingRow, SittingRow
from tests.support.forms import form_to
from tests.support.postgres import PostgresCluster

ADDRESS = "http://localhost:8000"
FORM = "the-form-token-of-the-tests"

# Everybody who may ask, as docs/permissions.md names them, and what they are in Home.
ASKERS = ("out", "alone", "other", "reader", "member", "organiser", "lead", "helper")
_ROLES = {"reader": Role.READER, "member": Role.MEMBER, "organiser": Role.ORGANISER}
_WORDS = (
    "I choose who I live with.",
    "We meet three times before I move in.",
    "My carer listens to me.",
    "I have my own key.",
    "My money is mine.",
)


@dataclass(frozen=True)
class World:
    """Where it is kept, the ids in it, and what signs each person in.

    `database` is its address in a cluster; None: an SQLite file in the folder.
    """

    folder: Path
    database: str | None
    ids: Mapping[str, str]
    secrets: Mapping[str, str]


@dataclass
class Visit:
    """The app on a copy of the world, to be asked by anybody."""

    app: Starlette
    world: World
    folder: Path
    browsers: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        store: Store = self.app.state.store
        return store

    def browser(self, asker: str) -> httpx.AsyncClient:
        """Somebody's browser, signed in where they are, with a form's cookie."""
        if asker not in self.browsers:
            settings: Settings = self.app.state.settings
            there = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
                base_url=settings.address,
                headers={"sec-fetch-site": "same-origin"},
            )
            prefix = "__Host-" if settings.secure else ""
            there.cookies.set(f"{prefix}our_charter_form", FORM)
            if asker in self.world.secrets:
                there.cookies.set(cookie_name(settings.secure), self.world.secrets[asker])
            self.browsers[asker] = there
        return self.browsers[asker]

    async def show(self, visibility: str) -> None:
        """Let "ours" be read by its "group", by all "groups", or by "everybody"."""
        async with self.store.session() as session:
            await session.execute(
                update(CharterRow)
                .where(CharterRow.id == self.world.ids["charter_id"])
                .values(visibility=visibility)
            )


@asynccontextmanager
async def visit(
    folder: Path, cluster: PostgresCluster | None = None, **settings: Any
) -> AsyncIterator[Visit]:
    """The app on a copy of the world in this folder, which is not there yet.

    Its database is in the folder too, unless a cluster of PostgreSQL is given.
    """
    world = the_world(cluster)
    shutil.copytree(world.folder, folder)
    if cluster and world.database:
        settings["database_url"] = cluster.copy_of(world.database)
    app = create_app(Settings(data_folder=folder, **settings))
    visit = Visit(app, world, folder)
    failed: BaseException | None = None
    async with app.router.lifespan_context(app):
        try:
            yield visit
        except BaseException as failure:
            # Told once the app is closed, which an error would not let it be.
            failed = failure
        for browser in visit.browsers.values():
            await browser.aclose()
    if cluster:
        cluster.drop_database(settings["database_url"])
    if failed is not None:
        raise failed


@cache
def the_world(cluster: PostgresCluster | None = None) -> World:
    """Made when it is first needed; taken away when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="our-charter-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    making = _Making(folder / "data", cluster.new_database() if cluster else None)
    # In a thread, for whoever asks may be in a loop of their own.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, making.make()).result()


class _Making:
    """Makes the world by the actions that people's presses lead to."""

    def __init__(self, folder: Path, database: str | None) -> None:
        self._folder = folder
        self._database = database
        self.ids: dict[str, str] = {}
        self.secrets: dict[str, str] = {}

    async def make(self) -> World:
        self._folder.mkdir(parents=True)
        settings = self._settings = Settings(data_folder=self._folder, database_url=self._database)
        await asyncio.to_thread(upgrade, settings)
        app = create_app(settings)
        self._store: Store = app.state.store
        self._engine: Engine = app.state.engine
        self._rooms: Rooms = app.state.rooms
        async with app.router.lifespan_context(app):
            await self._people()
            await self._charters(app)
            await self._keeping_safe(app)
        # A folder to copy: nothing of a running server is in it.
        return World(self._folder, self._database, self.ids, self.secrets)

    async def _people(self) -> None:
        async with self._store.session() as session:
            for name in ("Above", "Home", "Below", "Elsewhere"):
                # Home is national, so that all that only such a group has is there to be asked.
                made = await people.make_group(
                    session, name, "national" * (name == "Home") or "local"
                )
                self.ids[f"group_{made.slug}"] = made.id
            home = await people.find_group(session, "home")
            for asker in ASKERS[1:]:
                person = await people.make_person(session, asker.title())
                self.ids[asker] = person.id
                if asker in _ROLES or asker == "lead":
                    await people.join(session, person, home, _ROLES.get(asker, Role.READER))
                if asker == "other":
                    elsewhere = await people.find_group(session, "elsewhere")
                    await people.join(session, person, elsewhere, Role.ORGANISER)
                self.secrets[asker] = await sign_in(session, person, device=Device("Tablet"))
            home.lead_id = self.ids["lead"]
            (await people.find_group(session, "below")).invited_by_id = home.id
            await self._fresh_group(session)
            others = {"Ada": "Above", "Bea": "Below", "Second": "Home"}
            for name, group in others.items():
                person = await people.make_person(session, name)
                self.ids[name.lower()] = person.id
                owner = await people.find_group(session, group)
                await people.join(session, person, owner, Role.ORGANISER)
                self.secrets[name.lower()] = await sign_in(session, person)
            support = SupportRow(
                id=clock.new_id(),
                person_id=self.ids["member"],
                supporter_id=self.ids["helper"],
                asked_at=clock.now(),
                yes_at=clock.now(),
            )
            asked = SupportRow(
                id=clock.new_id(),
                person_id=self.ids["member"],
                supporter_id=self.ids["reader"],
                asked_at=clock.now(),
            )
            session.add_all((support, asked))
            await session.flush()
            self.ids |= {"support": support.id, "asked_support": asked.id}
            await session.execute(
                update(SessionRow)
                .where(SessionRow.person_id == self.ids["helper"])
                .values(helping_id=support.id)
            )
            # Somebody who belonged to Home once, and belongs to no group now.
            alone = await session.get_one(PersonRow, self.ids["alone"])
            await people.join(session, alone, home, Role.ORGANISER)
            await session.execute(
                update(MembershipRow)
                .where(MembershipRow.person_id == alone.id)
                .values(ended_at=clock.now())
            )
            secret = secret_of(self._settings)
            for named in ("Newcomer", None):
                card = await make_card(session, secret, home, Wanted(named, uses=5))
                what = "card" if named is None else "invitation"
                self.ids |= {what: card.token, f"{what}_code": card.code, f"{what}_id": card.row.id}
            self.ids["set_up"] = await people.make_set_up(session)

    async def _fresh_group(self, session: AsyncSession) -> None:
        """A group that Home made and that nobody is in yet."""
        fresh = await people.make_group(session, "Fresh")
        fresh.invited_by_id = self.ids["group_home"]

    async def _charters(self, app: Starlette) -> None:
        above = await self._charter()
        await self._say(above, "s1", "I choose the people I live with.")
        first = await self._publish(above, "First")
        ours = await self._version(first, "Home")
        await self._say(ours, "s2", "We meet five times before I move in.")
        await self._say(ours, "s3", "My carer listens to me and writes it down.")
        await self._say(ours, "s2", "It is our way here.", "why")
        await self._say(ours, "s3", "It is our way here.", "why")
        own = await self._publish(ours, "Ours")
        await self._show(ours, "everybody")
        await self._say(ours, "s1", "I choose the people I live with, always.")
        below = await self._version(own, "Below")
        await self._say(below, "s4", "I have my own key and my own bell.")
        await self._say(below, "s4", "Many lost theirs.", "why")
        await self._publish(below, "Theirs")
        await self._say(above, "s2", "We meet four times before I move in.")
        await self._say(above, "s5", "My money is mine, and I can look at it.")
        await self._say(above, "s4", "I have a key of my own.")
        await self._publish(above, "Second")
        organiser, bea = await self._who("organiser"), await self._who("bea")
        # One question of the update is answered, so that it can be undone; others are left.
        await self._press(app, "/update/s2", "/update/s2", choice="ours")
        async with self._store.session() as session:
            seen = (await shareable(session, bea, below, "s4")).seen
            await share(session, bea, below, "s4", why="Many lost theirs.", seen=seen)
        async with self._store.session() as session:
            seen = (await shareable(session, organiser, ours, "s3")).seen
            await share(session, organiser, ours, "s3", why="It is our way here.", seen=seen)
        async with self._store.reading() as session:
            offer = await session.scalar(select(OfferRow.id).where(OfferRow.charter_id == below.id))
            said = await session.scalar(
                select(OfferStepRow.id)
                .join(OfferRow, OfferRow.id == OfferStepRow.offer_id)
                .where(OfferRow.charter_id == ours.id)
            )
            sitting = await session.scalar(
                select(SittingRow.id).where(SittingRow.charter_id == ours.id).limit(1)
            )
        await self._adopt(ours, own, organiser)
        await self._show(ours, "group")
        self.ids |= {
            "charter_id": ours.id,
            "offer": str(offer),
            "step": str(said),
            "sitting": str(sitting),
            "item": "s2",
        }

    async def _charter(self) -> CharterRow:
        places = spread(len(_WORDS) + 1)
        heading = Item("h1", Kind.HEADING, places[0], words=rich_text.from_text("My home"))
        said = [
            Item(f"s{n}", Kind.STATEMENT, places[n], words=rich_text.from_text(words))
            for n, words in enumerate(_WORDS, start=1)
        ]
        charter = Charter(title="Our Charter", items=(heading, *said))
        begun = await self._engine.begin(charter)
        async with self._store.session() as session:
            return await start_charter(
                session,
                charter,
                begun,
                group_id=self.ids["group_above"],
                slug="above",
                visibility="everybody",
            )

    async def _version(self, edition: EditionRow, group: str) -> CharterRow:
        async with self._store.reading() as session:
            charter = begin_from(await editions.read_edition(session, edition.id))
        begun = await self._engine.begin(charter)
        async with self._store.session() as session:
            owner = await people.find_group(session, group)
            return await make_version(session, edition, charter, begun, group=owner, person_id=None)

    async def _show(self, row: CharterRow, visibility: str) -> None:
        async with self._store.session() as session:
            (await session.get_one(CharterRow, row.id)).visibility = visibility

    async def _publish(self, row: CharterRow, name: str) -> EditionRow:
        async with self._store.session() as session:
            return await editions.publish(session, row.id, name=name)

    async def _say(self, row: CharterRow, item: str, words: str, part: str = "words") -> None:
        change = edits.SetText(item, Part(part), rich_text.from_text(words))
        person = self.ids["organiser" if row.group_id == self.ids["group_home"] else "ada"]
        edit = partial(edits.apply, edits=(change,))
        await self._rooms.change(row.id, edit, author=Author(person))
        await self._rooms.settling.settle(row.id)

    async def _press(self, app: Starlette, page: str, action: str, **fields: str) -> None:
        """An organiser opens a page of Home's Charter and sends one of its forms."""
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=ADDRESS
        ) as there:
            there.cookies.set("our_charter_form", FORM)
            there.cookies.set(cookie_name(False), self.secrets["organiser"])
            shown = await there.get(f"/charters/home{page}")
            form = form_to(shown.text, f"/charters/home{action}")
            answer = await there.post(f"/charters/home{action}", data=form.filled(**fields))
            assert answer.status_code == 303, answer.text

    async def _adopt(self, row: CharterRow, edition: EditionRow, who: Who) -> None:
        async with self._store.session() as session:
            today = clock.now().date()
            said = Adopting(today, today + timedelta(days=365), (Present("people", 4),), "")
            group = await session.get_one(GroupRow, self.ids["group_home"])
            adopted = await adoptions.adopt(
                session, who, said, group=group, charter=row, edition=edition
            )
            self.ids["adoption"] = adopted.id

    async def _who(self, name: str) -> Who:
        key = hash_of(self.secrets[name])
        async with self._store.reading() as session:
            return replace((await who_by_token_hash(session, [key]))[key])

    async def _keeping_safe(self, app: Starlette) -> None:
        now = clock.now()
        async with self._store.session() as session:
            report = ReportRow(
                id=clock.new_id(),
                group_id=self.ids["group_home"],
                charter_id=self.ids["charter_id"],
                item_id="s2",
                about="statement",
                address="/charters/home",
                words="We meet five times.",
                note="This is about me.",
                person_id=self.ids["member"],
                at=now,
            )
            face = UploadRow(
                id=clock.new_id(),
                person_id=self.ids["member"],
                media_type="image/webp",
                content=b"RIFF\x00\x00\x00\x00WEBP",
                at=now,
            )
            hidden = PersonHidingRow(
                id=clock.new_id(),
                group_id=self.ids["group_home"],
                person_id=self.ids["member"],
                part="picture",
                content={"picture": "bird", "upload": None},
                reason="It shows a child.",
                hidden_at=now,
                hidden_by=self.ids["lead"],
            )
            session.add_all((report, face, hidden))
            for asker in ASKERS[1:]:
                passkey = PasskeyRow(
                    id=f"key-of-{asker}",
                    person_id=self.ids[asker],
                    credential_id=asker.encode(),
                    public_key=b"key",
                    sign_count=0,
                    name="Tablet",
                    created_at=now,
                    used_at=now,
                )
                session.add(passkey)
            await session.flush()
            member = await session.get_one(PersonRow, self.ids["member"])
            member.upload_id, member.email = face.id, "member@example.org"
            ((_, self.ids["link"]),) = await make_links(session, member.email)
            for asker in ASKERS[1:]:
                person = await session.get_one(PersonRow, self.ids[asker])
                secret = await sign_in(session, person, device=Device("Phone"))
                row = await session.scalar(
                    select(SessionRow.id).where(SessionRow.token_hash == hash_of(secret))
                )
                self.ids[f"session_of_{asker}"] = str(row)
            # Who is signed out has none of their own, and tries an organiser's.
            self.ids["session_of_out"] = self.ids["session_of_organiser"]
            self.ids["key-of-out"] = "key-of-organiser"
            self.ids |= {"report": report.id, "upload": face.id, "group": "home"}
            self.ids["hidden_picture"] = hidden.id
        await self._press(app, "/history/s3/hide", "/history/s3/hide", reason="It names somebody.")
        async with self._store.reading() as session:
            self.ids["hiding"] = str(await session.scalar(select(HidingRow.id)))
