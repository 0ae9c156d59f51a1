"""What a person does who runs it: an empty start, a set-up link, and an installed wheel."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from server.errors import DataFolderInUse
from tests.support.programs import Program, free_port
from tests.support.server_process import ROOT, ServerProcess
from tests.support.waiting import wait_until


def test_an_empty_server_prints_a_set_up_link_that_works_once(
    new_server: Callable[..., ServerProcess],
) -> None:
    server = new_server().start()
    found = re.search(r"http://\S+/set-up/\S+", server.log.read_text())
    assert found
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(found[0])
        assert page.status_code == 200
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        fields = set(re.findall(r'name="(\w+)"', page.text)) - set(hidden)
        answers = {name: "starter" if name == "start" else "Olwen" for name in fields}
        done = browser.post(found[0], data=hidden | answers)
        assert done.status_code == 200, done.text
        assert "Olwen" in done.text
    again = httpx.get(found[0])
    assert again.status_code in {404, 410}
    server.restart()
    assert len(re.findall(r"http://\S+/set-up/", server.log.read_text())) == 1


def test_a_second_server_on_one_data_folder_is_refused(
    server: ServerProcess, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "server", "serve", "--port", str(free_port())]
    second = subprocess.run(
        [*command, "--data", str(server.data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert DataFolderInUse.sentence in second.stderr
    assert server.get("/readyz")[0] == 200


def test_the_wheel_serves_pages_without_node(tmp_path: Path) -> None:
    if not (ROOT / "client" / "dist" / "manifest.json").is_file():
        pytest.skip("the client is not built: run `make client`")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if "node_modules" in name]
        archive.extractall(tmp_path / "site")
    port = free_port()
    # Away from the checkout, so that only what the wheel holds is found; and no Node on the PATH.
    program = Program(
        [sys.executable, "-m", "server", "serve", "--port", str(port), "--data", "data"],
        tmp_path / "log",
        {"PYTHONPATH": str(tmp_path / "site"), "PATH": "/nowhere"},
        folder=tmp_path,
    )
    try:
        address = f"http://localhost:{port}"
        wait_until(lambda: _ready(program, address), "the installed server to be ready", 60)
        page = httpx.get(address)
        styles = re.findall(r'href="(/[^"]+\.css)"', page.text)
        assert styles, page.text
        assert all(httpx.get(address + style).status_code == 200 for style in styles)
        link = re.search(r"http://\S+/set-up/\S+", program.printed())
        assert link
        assert httpx.get(link[0]).status_code == 200
    finally:
        program.end()


def _ready(program: Program, address: str) -> bool:
    assert program.running, program.printed()
    try:
        return httpx.get(f"{address}/readyz").status_code == 200
    except httpx.TransportError:
        return False
