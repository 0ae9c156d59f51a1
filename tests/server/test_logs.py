import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server import logs
from server.errors import BadSetting


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = True


def written(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_is_one_object_a_line_with_the_request_id() -> None:
    out = io.StringIO()
    logs.configure("json", "info", out)
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        logs.logger("here").info("something happened", count=2)
    (line,) = written(out)
    assert line["event"] == "something happened"
    assert (line["request_id"], line["count"], line["level"]) == ("abc", 2, "info")
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_what_somebody_sent_cannot_look_like_a_line_of_its_own(log_format: str) -> None:
    out = io.StringIO()
    logs.configure(log_format, "info", out)
    logs.logger("here").info("refused", kind="x\n2026-01-01 [info] came in\r\x1b[2J")
    (line,) = out.getvalue().splitlines()
    assert "\x1b" not in line


def test_lines_of_libraries_look_the_same() -> None:
    out = io.StringIO()
    logs.configure("json", "info", out)
    logging.getLogger("some.library").warning("careful with %s", "that")
    (line,) = written(out)
    assert (line["event"], line["level"]) == ("careful with that", "warning")


def test_a_mistake_shows_where_but_not_the_values_of_variables() -> None:
    out = io.StringIO()
    logs.configure("json", "info", out)
    secret = "wonderful" + "words"
    try:
        raise ValueError(len(secret))
    except ValueError:
        logs.logger("here").exception("mistake")
    assert "test_logs.py" in out.getvalue()
    assert secret not in out.getvalue()


def test_the_console_is_readable_and_has_no_colours_in_a_file() -> None:
    out = io.StringIO()
    logs.configure("console", "info", out)
    logs.logger("here").info("something happened", count=2)
    assert "something happened" in out.getvalue()
    assert "count=2" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_a_level_keeps_lower_ones_out() -> None:
    out = io.StringIO()
    logs.configure("json", "warning", out)
    logs.logger("here").info("quiet")
    logs.logger("here").warning("loud")
    assert [line["event"] for line in written(out)] == ["loud"]


def test_the_web_servers_own_lines_with_addresses_are_not_written() -> None:
    out = io.StringIO()
    logs.configure("json", "debug", out)
    logging.getLogger("uvicorn.access").info("GET /come-in/secret")
    logging.getLogger("uvicorn.error").info('"WebSocket /live/x?secret" [accepted]')
    logging.getLogger("uvicorn.error").error("cannot bind")
    assert [line["event"] for line in written(out)] == ["cannot bind"]


@pytest.mark.parametrize(("log_format", "level"), [("xml", "info"), ("json", "loud")])
def test_unknown_formats_and_levels_are_refused(log_format: str, level: str) -> None:
    with pytest.raises(BadSetting):
        logs.configure(log_format, level)
