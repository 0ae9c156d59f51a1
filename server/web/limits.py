"""How often somebody may do something before they must wait; `KINDS` is the one table of it.

Of codes and passkeys only the wrong ones are counted, so a hall of people behind one address who
do it right never wait. All else in it is counted each time. The counts are in the memory of this
server, or in Redis where several servers share one.
"""

import hashlib
import time
from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, cast

from limits import RateLimitItem, parse
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

from server import clock, logs
from server.errors import TooManyTries
from server.settings import Settings

log = logs.logger(__name__)

# What is counted, and how often in what time it may be. A key is an address (`address_of`), a
# person's id, a group's id or an e-mail address; several kinds may be asked about one try.
KINDS: Final = {
    # Wrong codes typed by hand, by address. A hall of 40 may all mistype it at first. Only more
    # wrong ones are refused: who has a right one comes in.
    "code": "60 per 10 minutes",
    # Passkeys that did not fit, by address; and beginnings to come in by one, which we remember.
    "passkey": "100 per 10 minutes",
    "passkey-begun": "600 per 10 minutes",
    # Comings in by a card for anybody, by group.
    "arrival": "600 per 1 hour",
    # Links by e-mail: to one address, and asked for from one address.
    "mail-to": "5 per 1 hour",
    "mail-from": "60 per 1 hour",
    # Invitations by e-mail, by the organiser who sends them.
    "invite": "100 per 1 hour",
    # Reports, by person, or by address without an account; pictures sent, by person.
    "report": "30 per 1 hour",
    "upload": "60 per 1 hour",
}
# Seconds to wait for Redis, and until it is asked again after it was away.
_PATIENCE = 1.0
_PAUSE = 5.0
# Past so many keys in memory, those counted longest ago are forgotten first.
_MOST_KEYS = 50_000
_IPV6_HOME = 64


class Limits:
    """Counts tries and refuses more of them. Made once, in app.py: `app.state.limits`."""

    def __init__(self, settings: Settings) -> None:
        self._items: dict[str, RateLimitItem] = {kind: parse(text) for kind, text in KINDS.items()}
        self._here = MovingWindowRateLimiter(InMemory())
        self._shared: MovingWindowRateLimiter | None = None
        self._away: tuple[type[Exception], ...] = (OSError,)
        self._away_until = 0.0
        if settings.redis_url is not None:
            storage = _redis(settings.redis_url)
            self._shared = MovingWindowRateLimiter(storage)
            errors = storage.base_exceptions
            self._away += errors if isinstance(errors, tuple) else (errors,)

    async def check(self, kind: str, key: str) -> None:
        """Raises TooManyTries when `key` has done this too often, telling how long to wait."""
        item, named = self._items[kind], _named(key)
        stats = await self._ask("get_window_stats", item, kind, named)
        if stats.remaining <= 0:
            raise TooManyTries(max(1, round(stats.reset_time - _now())))

    async def count(self, kind: str, key: str) -> None:
        """One more try: a failed one, where only these are counted."""
        await self._ask("hit", self._items[kind], kind, _named(key))

    async def aclose(self) -> None:
        if self._shared is not None:
            await cast("Any", self._shared.storage).bridge.storage.aclose()

    async def _ask(self, what: str, item: RateLimitItem, *key: str) -> Any:
        """Ask Redis, or this server's own memory while Redis is away."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                answer = await getattr(self._shared, what)(item, *key)
            except self._away as error:
                if not self._away_until:
                    log.warning("limits_away", error=type(error).__name__)
                self._away_until = time.monotonic() + _PAUSE
            else:
                if self._away_until:
                    log.info("limits_back")
                    self._away_until = 0.0
                return answer
        return await getattr(self._here, what)(item, *key)


class InMemory(Storage, MovingWindowSupport):
    """Counts in this process: bounded, and by our own clock.

    The library's own tidies up with a thread for each key after every count: whoever comes from
    many addresses would keep us busy.
    """

    def __init__(self) -> None:
        super().__init__(None)
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        times = self._recent(key, expiry)
        if len(times) + amount > limit:
            return False
        times.extend([_now()] * amount)
        self._times[key] = times
        self._times.move_to_end(key)
        while len(self._times) > _MOST_KEYS:
            self._times.popitem(last=False)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        times = self._recent(key, expiry)
        return (times[0] if times else _now()), len(times)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError  # of other strategies, like the two below

    async def get(self, key: str) -> int:
        raise NotImplementedError

    async def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        self._times.clear()
        return None

    async def clear(self, key: str) -> None:
        self._times.pop(key, None)

    def _recent(self, key: str, expiry: int) -> deque[float]:
        """When this key was counted, without what is longer ago than `expiry` seconds."""
        times = self._times.get(key, deque())
        since = _now() - expiry
        while times and times[0] <= since:
            times.popleft()
        if not times:
            self._times.pop(key, None)
        return times


def address_of(connection: HTTPConnection) -> str:
    """Where a connection comes from, for counting. An IPv6 home has a whole /64 to itself.

    The address that a proxy names counts where the setting `proxies` trusts it (serving.py).
    """
    if connection.client is None:
        return "unknown"
    try:
        address = ip_address(connection.client.host)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _IPV6_HOME), strict=False))


def _redis(url: str) -> Storage:
    # The Redis client takes 16 MB of memory, which a server that is alone does not spend.
    from limits.aio.storage import RedisStorage  # noqa: PLC0415 -- see above

    return RedisStorage(
        f"async+{url}",
        implementation="redispy",
        key_prefix="our-charter",
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
    )


def _named(key: str) -> str:
    """What stands for a key in Redis: no addresses of people or machines are kept there."""
    return hashlib.sha256(key.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _now() -> float:
    return clock.now().timestamp()
