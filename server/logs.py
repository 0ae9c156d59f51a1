"""What the server tells those who run it: one line an event, readable (console) or JSON.

No words of a Charter, no names and no secrets go into a log. Addresses are logged as routes
(`/come-in/{token}`), never as they came.
"""

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from server.errors import BadSetting

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(log_format: str = "console", level: str = "info", out: TextIO | None = None) -> None:
    """Send all logging, our own and that of libraries, to `out` (standard error when None).

    `log_format` is "console" or "json", `level` is debug, info, warning or error; else BadSetting.
    """
    if log_format not in {"console", "json"}:
        raise BadSetting(f"OUR_CHARTER_LOG_FORMAT must be console or json, not {log_format!r}.")
    if level not in _LEVELS:
        raise BadSetting(f"OUR_CHARTER_LOG_LEVEL must be one of {', '.join(_LEVELS)}.")
    out = sys.stderr if out is None else out
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last(log_format, out),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LEVELS[level])
    # The web server's own lines hold addresses as they came, with the secrets of links in them.
    # Our access log (web/middleware.py) says the same without.
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(logging.CRITICAL + 1 if name == "uvicorn.access" else logging.WARNING)
    # What it does at the first start is no news to anybody.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def logger(name: str) -> Any:
    """The logger of a module: `log = logger(__name__)`, `log.info("what happened", key=value)`."""
    return structlog.stdlib.get_logger(name)


def _last(log_format: str, out: TextIO) -> list[Processor]:
    if log_format == "json":
        # Without the values of variables: they hold words and secrets.
        frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
