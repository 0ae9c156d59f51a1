import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
import uvicorn

from server import logs, serving
from server.errors import CloseCode, DataFolderInUse
from server.serving import alone, serve, served_at
from server.settings import Settings
from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.programs import free_port
from tests.support.server_process import ServerProcess
from tests.support.waiting import until


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that are still there."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def hold_twice(one: Settings, other: Settings) -> None:
    with alone(one), alone(other):
        pass


def test_one_server_holds_a_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    with pytest.raises(DataFolderInUse):
        hold_twice(settings, settings)


def test_a_data_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with alone(Settings(data_folder=tmp_path)):
            pass


def test_one_server_holds_an_sqlite_file_wherever_it_is(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    one, other = (Settings(data_folder=tmp_path / n, database_url=address) for n in ("a", "b"))
    with pytest.raises(DataFolderInUse):
        hold_twice(one, other)


def test_many_servers_share_a_postgresql(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, database_url="postgresql://db/charter")
    hold_twice(settings, settings)


def test_a_server_that_is_refused_leaves_the_link_of_the_first_one_alone(
    new_server: Callable[..., ServerProcess],
) -> None:
    first = new_server().start()
    link = re.search(r"/set-up/\S+", first.log.read_text())
    assert link is not None
    second = subprocess.run(
        [
            *(sys.executable, "-m", "server", "serve", "--data", str(first.data)),
            *("--port", str(free_port())),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == f"{DataFolderInUse.sentence}\n"
    assert first.get(link[0])[0] == 200


@pytest.mark.parametrize("proxies", [None, "10.0.0.2", "10.0.0.2,10.1.0.0/16", "*"])
def test_only_the_proxies_of_the_settings_are_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: str | None
) -> None:
    """Also where uvicorn's own variable of the environment says otherwise."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    served: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: served.append(server.config))
    monkeypatch.setattr(serving, "upgrade", lambda settings: None)
    monkeypatch.setattr(serving, "create_app", lambda settings: Mock())
    monkeypatch.setattr(logs, "configure", lambda *chosen: None)
    settings = Settings(data_folder=tmp_path)
    if proxies is not None:
        settings = replace(settings, proxies=proxies)
    serve(settings, lambda: "")
    (config,) = served
    assert config.proxy_headers
    assert config.forwarded_allow_ips == settings.proxies == (proxies or "127.0.0.1")


async def test_a_clean_stop_tells_everybody_writes_everything_and_ends_its_workers(
    new_server: Callable[..., ServerProcess],
) -> None:
    server = new_server().start()
    charter = server.import_charter()
    client = LiveClient(server.live_address, charter, server.token("Ann"))
    await client.connect()
    item = next(k for k, v in pen.items_of(client.doc).items() if v["kind"] == "statement")
    pen.write(client.doc, item, 0, "Before the stop. ")
    await client.all_saved()
    workers = children_of(server.pid)
    await asyncio.to_thread(server.stop)
    assert await client.closed() == CloseCode.SERVICE_RESTART
    assert client.news == ["stopping"]
    await client.close()
    assert "Traceback" not in server.log.read_text()
    await until(lambda: not any(map(is_there, workers)), "the workers to end")
    assert "Before the stop." in server.cli("export", charter)


def test_links_lead_to_the_server_that_was_started_last(
    new_server: Callable[..., ServerProcess],
) -> None:
    server = new_server().start()
    assert served_at(Settings(data_folder=server.data)) == server.address
    elsewhere = Settings(data_folder=server.data, public_url="https://charter.example.org")
    assert served_at(elsewhere) == "https://charter.example.org"


def test_without_a_server_links_lead_to_where_one_would_be(tmp_path: Path) -> None:
    assert served_at(Settings(data_folder=tmp_path, port=8123)) == "http://localhost:8123"
