"""How fast one connection may send: a bucket of frames that fills at a steady rate."""

from dataclasses import dataclass

from server.errors import TooFast

# How many seconds' worth of frames may come at once, after a pause.
_BURST = 5
# Somebody who has been held back without a break for this many seconds is no person writing.
PATIENCE = 60.0


@dataclass(slots=True)
class Pace:
    """Too many frames first slow the reading down; if that goes on, the connection ends."""

    per_second: int
    last: float
    left: float = 0.0
    held_since: float | None = None

    def __post_init__(self) -> None:
        self.left = float(self.per_second * _BURST)

    def has_left(self, now: float) -> bool:
        """Whether a frame may come at once, without a pause."""
        return self.left + (now - self.last) * self.per_second >= 1

    def pause(self, now: float) -> float:
        """Count one frame; returns how many seconds to wait before reading on.

        Raises TooFast when the connection has been held back for too long.
        """
        full = float(self.per_second * _BURST)
        self.left = min(full, self.left + (now - self.last) * self.per_second) - 1
        self.last = now
        if self.left >= 0:
            if self.left > full / 2:
                self.held_since = None
            return 0.0
        if self.held_since is None:
            self.held_since = now
        elif now - self.held_since > PATIENCE:
            raise TooFast
        return -self.left / self.per_second
