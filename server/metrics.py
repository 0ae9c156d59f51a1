"""Numbers about the running server, in Prometheus' form, shown at /metrics when set.

Until `turn_on` is called every measure does nothing, and costs one comparison.
    from server import metrics
    metrics.edits.add()
    metrics.commit_seconds.record(0.004)
    metrics.refusals.add(kind="ReadOnly")
"""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_PREFIX = "our_charter_"
_TIMES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_registry: CollectorRegistry | None = None
_measures: list["Count | Level | Spread"] = []


class Count:
    """Something that only grows, such as edits taken; with a label, one number a kind."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        self._told = (_PREFIX + name, meaning, labels)
        self._real: Counter | None = None
        _measures.append(self)

    def add(self, amount: float = 1, **labels: str) -> None:
        if self._real is not None:
            (self._real.labels(**labels) if labels else self._real).inc(amount)

    def turn(self, registry: CollectorRegistry | None) -> None:
        self._real = None if registry is None else Counter(*self._told, registry=registry)


class Level:
    """Something that rises and falls, such as open rooms; set, added to, or read when asked."""

    def __init__(self, name: str, meaning: str) -> None:
        self._told = (_PREFIX + name, meaning)
        self._real: Gauge | None = None
        self._asked: Callable[[], float] | None = None
        _measures.append(self)

    def set(self, value: float) -> None:
        if self._real is not None:
            self._real.set(value)

    def add(self, amount: float = 1) -> None:
        if self._real is not None:
            self._real.inc(amount)

    def ask(self, value: Callable[[], float]) -> None:
        """Have `value` called whenever somebody looks, rather than keeping a number up to date."""
        self._asked = value
        if self._real is not None:
            self._real.set_function(value)

    def turn(self, registry: CollectorRegistry | None) -> None:
        self._real = None if registry is None else Gauge(*self._told, registry=registry)
        if self._real is not None and self._asked is not None:
            self._real.set_function(self._asked)


class Spread:
    """How a measure is spread, such as seconds a commit takes."""

    def __init__(self, name: str, meaning: str, steps: Sequence[float] = _TIMES) -> None:
        self._told = (_PREFIX + name, meaning)
        self._steps = steps
        self._real: Histogram | None = None
        _measures.append(self)

    def record(self, value: float) -> None:
        if self._real is not None:
            self._real.observe(value)

    def turn(self, registry: CollectorRegistry | None) -> None:
        self._real = (
            None
            if registry is None
            else Histogram(*self._told, buckets=self._steps, registry=registry)
        )


rooms = Level("rooms", "Charters that are open for writing on this server.")
readers = Level("readers", "Connections that are reading or writing a Charter.")
edits = Count("edits", "Edits taken and made durable.")
edit_bytes = Count("edit_bytes", "Bytes of the edits taken.")
frames = Count("frames", "Messages received on live connections.", ["kind"])
commit_seconds = Spread("commit_seconds", "Seconds from the first edit of a commit to its end.")
commit_edits = Spread(
    "commit_edits", "Edits in one commit.", (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
)
fan_out_seconds = Spread("fan_out_seconds", "Seconds to hand one change to all readers of a room.")
journal_waiting = Level("journal_waiting", "Edits that wait for the next commit.")
readers_waiting = Level("readers_waiting_bytes", "Bytes that wait in the queues of readers.")
engine_waiting = Level("engine_waiting", "Jobs that wait for an engine worker.")
engine_seconds = Spread("engine_seconds", "Seconds that one job of an engine worker took.")
refusals = Count("refusals", "Refusals, by kind.", ["kind"])
requests = Count("requests", "Answered requests for pages.", ["route", "status"])
request_seconds = Spread("request_seconds", "Seconds until a page was answered.")


def turn_on() -> None:
    """Begin to count, from nothing."""
    global _registry  # noqa: PLW0603 -- one process, one set of numbers
    _registry = CollectorRegistry()
    ProcessCollector(registry=_registry)
    for measure in _measures:
        measure.turn(_registry)


def turn_off() -> None:
    """Stop counting and forget the numbers."""
    global _registry  # noqa: PLW0603 -- as above
    _registry = None
    for measure in _measures:
        measure.turn(None)


def text() -> bytes | None:
    """All numbers in Prometheus' text form; None while counting is off."""
    return None if _registry is None else generate_latest(_registry)
