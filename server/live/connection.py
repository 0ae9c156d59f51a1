"""One WebSocket connection, reached below ASGI where speed needs it.

ASGI takes one `await` and one frame header for each message and reader. A room sends the same
bytes to everybody, so it builds the frame once and writes it straight to each transport
(docs/decisions/one-write-a-reader.md has the figures). Receiving and closing go through ASGI.
"""

from collections.abc import Callable
from typing import Any, Protocol, cast

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.server import ServerProtocol

from server.errors import CloseCode

_EXTENSION = "our-charter.sink"
_MESSAGE_TOO_BIG = 1009
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Sink(Protocol):
    """Where a room writes the frames of one reader."""

    def write(self, frames: bytes) -> None:
        """Send ready-made WebSocket frames; never waits."""

    def waiting(self) -> int:
        """How many bytes were written and have not left yet."""

    def close(self, code: int, reason: str) -> None:
        """Send a close frame and end the connection."""


class Line(Sink, Protocol):
    """A sink whose other end may be listened to below ASGI as well."""

    def take_at_once(self, take: Callable[[bytes], bool]) -> None:
        """Offer each binary message to `take` as it arrives, unless earlier ones still wait.

        One that it does not take (it returns False) comes through ASGI, in its turn. An edit
        so saves the way through a queue and two tasks, a tenth of its time in the server.
        """


class _Frames(ServerProtocol):
    """The sans-I/O side of `websockets`, with our own close code for a frame that is too large.

    Stock y-websocket would send the same frame again for ever after the standard code 1009.
    """

    def fail(self, code: int, reason: str = "") -> None:
        if code == _MESSAGE_TOO_BIG:
            code = CloseCode.FRAME_TOO_LARGE
        super().fail(code, reason)


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with a `Sink` in the extensions of the scope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _Frames(max_size=self.config.ws_max_size, logger=self.conn.logger)
        self._failed = False
        self._at_once: Callable[[bytes], bool] | None = None

    def data_received(self, data: bytes) -> None:
        """Take bytes; a request that cannot be read is answered, where uvicorn would leave it open.

        One with an address or a header of more than 8 KiB would hold its connection for ever.
        """
        super().data_received(data)
        unread = self.conn.handshake_exc is not None and not self.handshake_initiated
        if unread and not self.transport.is_closing():
            self.transport.write(_BAD_REQUEST)
            self.transport.close()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        # A refused handshake has no scope; the task that reads this one runs later.
        if self.response.status_code == 101:
            extensions = cast("dict[str, Any]", self.scope["extensions"])
            extensions[_EXTENSION] = self

    def handle_parser_exception(self) -> None:
        """Say why the connection ends, and read on for a while without keeping anything.

        Closing with unread bytes would make the kernel reset the connection, and the peer might
        never see the close code that tells it not to send the same again.
        """
        if self._failed:
            return
        self._failed = True
        closed = self.conn.close_sent
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": closed.code if closed else 1006, "reason": ""}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        # The peer's own close frame will not be found any more: half a close tells it to go.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._end_soon()

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message on: at once where it is taken at once, else in turn."""
        if self.curr_msg_data_type == "text":
            # Text is refused unread, so it need not be readable; uvicorn would log an error.
            self.frames = [b""]
        in_turn = self._at_once is None or self.curr_msg_data_type == "text" or self.close_sent
        if not in_turn and self.queue.empty():
            message = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
            if self._at_once is not None and self._at_once(bytes(message)):
                self.frames = []
                return
        super().send_receive_event_to_app()

    def take_at_once(self, take: Callable[[bytes], bool]) -> None:
        self._at_once = take

    def write(self, frames: bytes) -> None:
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frames)

    def waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self._end_soon()

    def _end_soon(self) -> None:
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        # A peer that does not answer the close frame is cut off after a while.
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)


def sink_of(socket: WebSocket) -> Line:
    """The sink of an accepted socket; the server must run with `LiveProtocol`."""
    return cast("Line", socket.scope["extensions"][_EXTENSION])
