"""The one place where everything is wired."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware

from server import metrics
from server.adapting import additions as versions
from server.adapting import pages as adapting_pages
from server.adapting import reporting as adapting_reports
from server.adapting.beside import OurNotes
from server.adapting.forgetting import forget_decided
from server.adapting.offered import beside_offers
from server.bus.memory import MemoryBus
from server.bus.port import Bus
from server.comparing import pages as comparing_pages
from server.comparing import table_pages
from server.comparing.additions import of_comparing
from server.comparing.worked import Tables
from server.live import additions as history
from server.live import deleting_pages, forgetting_pages, hiding_pages, history_pages, title_pages
from server.live import pages as live_pages
from server.live import socket as live_socket
from server.live.arrivals import Arrivals
from server.live.deleting import Deleting
from server.live.engine import Engine
from server.live.forgetting import Forgetting
from server.live.hiding import HidingWords
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people.coming_in import device_pages, passkey_pages
from server.people.coming_in import pages as people_pages
from server.people.groups import local_group_pages
from server.people.groups import pages as group_pages
from server.people.mail import Post
from server.people.me import face_pages, looks_pages
from server.people.me import pages as me_pages
from server.people.safety import audit_pages, report_pages
from server.people.safety import hiding_pages as people_hiding_pages
from server.people.safety import reporting as people_reports
from server.people.secret import secret_of
from server.people.signing_in import KnowWhoAsks
from server.people.supporters import pages as supporter_pages
from server.publishing import additions as publishing
from server.publishing import (
    adopting_pages,
    correcting_pages,
    my_data,
    naming_pages,
    reader_pages,
)
from server.publishing import pages as publishing_pages
from server.settings import Settings, bundled
from server.store import Store
from server.web import health
from server.web.assets import Assets
from server.web.errors import HANDLERS
from server.web.limits import Limits
from server.web.middleware import around
from server.web.templates import Templates
from server.writing import group_home, kept_pages, my_data_pages, own_picture_pages, titles
from server.writing import pages as writing_pages
from server.writing import reporting as writing_reports


def open_bus(settings: Settings) -> Bus:
    """The bus of these settings."""
    if settings.redis_url is None:
        return MemoryBus()
    # The Redis client takes 16 MB of memory, which a server that is alone does not spend.
    from server.bus.redis import RedisBus  # noqa: PLC0415 -- see above

    return RedisBus(settings.redis_url)


def create_app(settings: Settings) -> Starlette:
    """The whole application; its parts are in `app.state`, opened and closed by its lifespan."""
    store = Store(settings.database)
    assets = Assets(bundled("client", "dist"))
    engine = Engine(settings)
    journal = Journal(store, timedelta(seconds=settings.sitting_quiet))
    bus = open_bus(settings)
    limits = Limits(settings)
    post = Post(settings)
    rooms = Rooms(store, bus, engine, journal, settings)
    forgetting = Forgetting(store, journal, engine, rooms, also=[forget_decided])

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        if settings.metrics:
            metrics.turn_on()
            metrics.journal_waiting.ask(rooms.writer.waiting)
            metrics.readers_waiting.ask(rooms.queued)
            metrics.engine_waiting.ask(lambda: engine.waiting)
        await bus.open()
        await forgetting.wiping.start()
        await rooms.start()
        yield
        await rooms.stop()
        await forgetting.wiping.stop()
        await post.aclose()
        await bus.close()
        await limits.aclose()
        await engine.aclose()
        await journal.aclose()
        await store.close()

    app = Starlette(
        # The live socket first: it is asked for most, and by everybody at once.
        routes=[
            *live_socket.routes,
            *health.routes,
            *assets.routes,
            *people_pages.routes,
            *supporter_pages.routes,
            *report_pages.routes,
            *people_hiding_pages.routes,
            *audit_pages.routes,
            *me_pages.routes,
            *looks_pages.routes,
            *group_pages.routes,
            *local_group_pages.routes,
            *face_pages.routes,
            *own_picture_pages.routes,
            *my_data_pages.routes,
            *kept_pages.routes,
            *deleting_pages.routes,
            *device_pages.routes,
            *passkey_pages.routes,
            *live_pages.routes,
            *forgetting_pages.routes,
            *hiding_pages.routes,
            *title_pages.routes,
            *history_pages.routes,
            *adapting_pages.routes,
            *publishing_pages.routes,
            *naming_pages.routes,
            *reader_pages.routes,
            *adopting_pages.routes,
            *correcting_pages.routes,
            *comparing_pages.routes,
            *table_pages.routes,
            *group_home.routes,
            *writing_pages.routes,
        ],
        middleware=[*around(settings), Middleware(KnowWhoAsks)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.bus = bus
    app.state.secret = secret_of(settings)
    app.state.limits = limits
    app.state.post = post
    app.state.engine = engine
    app.state.rooms = rooms
    app.state.forgetting = forgetting
    app.state.deleting = Deleting(store, bus, journal, rooms, forgetting)
    app.state.hiding = HidingWords(store, rooms)
    app.state.arrivals = Arrivals(store)
    app.state.templates = Templates(settings, assets)
    _join_features(app, rooms)
    app.state.tables = Tables()
    app.state.ready_checks = {"database": store.check}
    return app


def _join_features(app: Starlette, rooms: Rooms) -> None:
    """What features of upper floors give to pages of lower ones."""
    # What features show on a Charter's reading page (writing/additions.py).
    app.state.additions = [
        publishing.of_editions,
        versions.on_reading_page,
        history.of_history,
        of_comparing,
    ]
    app.state.cards = [versions.on_card]
    # What else is kept of a person, for the file of their data (writing/my_data.py).
    app.state.my_data = my_data.PARTS
    # What is asked before an edition is published, and told after it (writing/editions.py).
    app.state.before_publishing = [versions.before_publishing]
    app.state.after_publishing = [versions.telling_versions(rooms)]
    # What stands beside each statement (writing/beside.py).
    app.state.beside = [
        history.hidden_marks,
        OurNotes(drafting=True),
        beside_offers,
        history.earlier_words,
        writing_reports.beside,
    ]
    app.state.beside_reading = [
        history.hidden_marks,
        OurNotes(drafting=False),
        writing_reports.beside,
    ]
    app.state.home_notes = [writing_reports.news]
    # What Charters are called, for the record of a group (people/safety/audit_pages.py).
    app.state.titles = titles.of_charters
    # What can be reported, by the name that its links have (people/reports.py).
    app.state.reportable = {
        "statement": writing_reports.statement,
        "title": writing_reports.title,
        "offer": adapting_reports.offer,
        "person": people_reports.person,
    }
