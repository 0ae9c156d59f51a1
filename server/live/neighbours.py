"""What the servers of one database tell one another: what is written, who is here, and news.

The journal is the truth, and each server looks there every second. What is told here only makes it
prompt; who is here is told nowhere else.
"""

import asyncio
import base64
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from server import clock
from server.bus.port import Bus, Message
from server.errors import Refusal
from server.live import wire
from server.live.presence import Entry
from server.live.room import Room
from server.people.telling import TOPIC as PERMITS
from server.settings import Settings

if TYPE_CHECKING:
    from server.live.rooms import Rooms

log = structlog.get_logger(__name__)


class Neighbours:
    """Speaks for the rooms of this server, and listens for them."""

    def __init__(self, bus: Bus, rooms: "Rooms", settings: Settings) -> None:
        self.name = clock.new_id()
        self._bus = bus
        self._rooms = rooms
        self._settings = settings
        self._presence_timers: dict[Room, asyncio.TimerHandle] = {}
        self._errands: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._unsubscribe = self._bus.subscribe(self._hear)

    async def stop(self) -> None:
        """Finish what was begun for others, and hear no more."""
        await asyncio.gather(*self._errands, return_exceptions=True)
        self._unsubscribe()

    # What we say

    def written(self, room: Room, seq: int) -> None:
        """Tell that entries up to this one are durable."""
        self._publish("written", room.charter_id, seq=seq)

    def news(self, charter_id: str, topic: str) -> None:
        """Tell of something beside the words."""
        self._publish("news", charter_id, told=topic)

    def opened(self, room: Room) -> None:
        """Ask who is in a room that just opened here."""
        self._publish("who-is-here", room.charter_id)

    def all_heard_in(self, room: Room, answers_in: float) -> float:
        """Seconds until all servers have had so long to say who is in a room."""
        if self._bus.is_alone:
            return 0.0
        return max(0.0, room.opened_at + answers_in - self._rooms.now())

    def presence_changed(self, room: Room) -> None:
        """Tell who is here soon: gathered, so that many changes make one message."""
        if not room.presence.has_changes or room in self._presence_timers:
            return
        pause = room.presence_pause(self._settings.presence_tick)
        self._presence_timers[room] = asyncio.get_running_loop().call_later(
            pause, self._tell_presence, room
        )

    def _tell_presence(self, room: Room) -> None:
        self._presence_timers.pop(room, None)
        self._tell_ours(room, room.tell_presence(self._rooms.now()))

    def _tell_ours(self, room: Room, ours: list[Entry]) -> None:
        if ours:
            told = base64.b64encode(wire.encode_awareness(ours)).decode("ascii")
            self._publish("presence", room.charter_id, told=told)

    def _publish(self, topic: str, charter_id: str, **more: object) -> None:
        self._bus.publish(topic, {"server": self.name, "charter": charter_id, **more})

    # What others say

    def _hear(self, topic: str, message: Message) -> None:
        if topic == PERMITS:
            self._errand(self._rooms.check_permits())
            return
        if message.get("server") == self.name:
            return
        room = self._rooms.get(str(message.get("charter")))
        if room is None:
            return
        if topic == "written" and int(str(message["seq"])) > room.seq:
            self._errand(self._rooms.catch_up(room))
        elif topic == "presence":
            heard = wire.decode(base64.b64decode(str(message["told"])))
            if isinstance(heard, wire.Presence):
                room.presence.absorb(message["server"], heard.entries, self._rooms.now())
                self.presence_changed(room)
        elif topic == "news":
            room.news(str(message["told"]))
        elif topic == "who-is-here":
            self._tell_ours(room, room.presence.ours())

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._logged(work))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Refusal as refusal:
            log.error("errand_failed", refusal=refusal.kind)
        except SQLAlchemyError as error:
            log.error("errand_failed", error=type(error).__name__)
