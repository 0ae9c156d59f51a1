"""The live socket, `/live/<charter id>`: who may come in, and what becomes of each frame.

Stock y-websocket clients work unchanged. A refusal is told with a close code rather than at the
handshake, because browsers do not show a page why a handshake failed; only a foreign Origin is
turned away before.
"""

import asyncio

import structlog
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import metrics
from server.errors import (
    HelpBegan,
    HelpEnded,
    Malformed,
    MayNot,
    NotSignedIn,
    OldSchema,
    Refusal,
    WrongOrigin,
)
from server.live import wire
from server.live.arrivals import Arrivals
from server.live.connection import sink_of
from server.live.pace import Pace
from server.live.presence import Identity
from server.live.reader import Reader
from server.live.room import Room
from server.live.rooms import Rooms
from server.people.permits import Action, Who, may
from server.people.signing_in import token_of
from server.people.tokens import hash_of
from server.settings import Settings
from server.web.forms import is_our_origin

log = structlog.get_logger(__name__)


async def live(socket: WebSocket) -> None:
    """Serve one connection from its arrival to its end."""
    settings: Settings = socket.app.state.settings
    rooms: Rooms = socket.app.state.rooms
    if not _from_here(socket, settings):
        metrics.refusals.add(kind=WrongOrigin.__name__)
        log.warning("refused", refusal=WrongOrigin.__name__)
        await socket.close()
        return
    await socket.accept()
    sink = sink_of(socket)
    reader = room = None
    try:
        who, key = await _who(socket)
        room = await rooms.open(socket.path_params["charter_id"])
        reader = _reader(socket, settings, who, key, room)
        rooms.enter(room, reader, _number(socket, "generation"))
        pace = Pace(settings.frames_per_second, rooms.now())
        await _Conversation(rooms, room, reader, pace).listen(socket)
    except WebSocketDisconnect:
        pass
    except Refusal as refusal:
        metrics.refusals.add(kind=refusal.kind)
        log.info("refused", refusal=refusal.kind, person=reader.who.person_id if reader else None)
        if reader is not None:
            reader.end(refusal)
        else:
            sink.close(refusal.close, refusal.kind)
    finally:
        if reader is not None and room is not None:
            rooms.leave(room, reader)


async def _who(socket: WebSocket) -> tuple[Who, str]:
    """The person who asks, and the hash of the secret that says so."""
    arrivals: Arrivals = socket.app.state.arrivals
    secret = token_of(socket)
    key = hash_of(secret) if secret else ""
    who = await arrivals.who(key) if secret else None
    if who is None:
        raise NotSignedIn
    return who, key


def _reader(socket: WebSocket, settings: Settings, who: Who, key: str, room: Room) -> Reader:
    as_whom = Identity.of(who, room)
    _check_helping(socket, as_whom)
    if not may(who, Action.WATCH, room):
        raise MayNot
    schema = _number(socket, "schema")
    if schema is not None and schema < room.schema:
        raise OldSchema
    tell = socket.query_params.get("tell", "").split(",")
    return Reader(
        sink=sink_of(socket),
        who=as_whom,
        may_write=may(who, Action.WRITE, room),
        queue_limit=settings.reader_queue_limit,
        key=key,
        tells_saved="saved" in tell,
        tells_news="news" in tell,
    )


def _check_helping(socket: WebSocket, as_whom: Identity) -> None:
    """Refuse a page of somebody who helped then and does not now, or the other way round.

    It would write under ids of another author. Stock clients do not say `for`.
    """
    told = socket.query_params.get("for")
    if told is not None and told != (as_whom.for_id or ""):
        raise HelpEnded if told else HelpBegan


class _Conversation:
    """What one connection says, taken in the order it is said."""

    def __init__(self, rooms: Rooms, room: Room, reader: Reader, pace: Pace) -> None:
        self._rooms = rooms
        self._room = room
        self._reader = reader
        self._pace = pace
        self._waiting = False

    def take_at_once(self, frame: bytes) -> bool:
        """Take an edit as it arrives; False for whatever needs to wait, or to be refused."""
        now = self._rooms.now()
        if self._waiting or self._reader.closed or not self._pace.has_left(now):
            return False
        try:
            message = wire.decode(frame)
            if not isinstance(message, wire.Edit):
                return False
            if not self._rooms.receive_at_once(self._room, self._reader, message):
                return False
        except Refusal:  # found again, and told, in its turn
            return False
        self._pace.pause(now)
        metrics.frames.add(kind=wire.Edit.__name__)
        return True

    async def listen(self, socket: WebSocket) -> None:
        """Take all messages until the connection ends; raises what ends it."""
        sink_of(socket).take_at_once(self.take_at_once)
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            # No message that comes while this one is being taken may go before it.
            self._waiting = True
            if pause := self._pace.pause(self._rooms.now()):
                await asyncio.sleep(pause)
            if self._reader.closed:
                return
            data = message.get("bytes")
            if data is None:
                raise Malformed
            await self._take(data)
            self._waiting = False

    async def _take(self, frame: bytes) -> None:
        message = wire.decode(frame)
        metrics.frames.add(kind=type(message).__name__)
        rooms, room, reader = self._rooms, self._room, self._reader
        match message:
            case wire.Edit() as edit:
                await rooms.receive(room, reader, edit)
            case wire.Question(state_vector=state_vector):
                room.ask(reader, state_vector, rooms.now())
            case wire.Presence() as said:
                room.hear(reader, said, rooms.now())
                rooms.neighbours.presence_changed(room)
            case wire.PresenceQuestion():
                room.ask_presence(reader, rooms.now())


def _from_here(socket: WebSocket, settings: Settings) -> bool:
    """Whether the page that opened this socket is ours. Programs other than browsers say none."""
    origin = socket.headers.get("origin")
    return origin is None or is_our_origin(origin, socket, settings)


def _number(socket: WebSocket, name: str) -> int | None:
    text = socket.query_params.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Malformed
    return int(text)


routes = [WebSocketRoute("/live/{charter_id}", live)]
