"""The real server, `python -m server serve`, as a process of its own with its own data folder."""

import json
import os
import re
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.support.programs import Command, Program, free_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
BLANK = ROOT / "charters" / "blank.md"
STARTER = ROOT / "charters" / "national.md"
# What the starter Charter is called in addresses, where a test reads or writes it.
SLUG = "our-charter"


@dataclass(frozen=True)
class Prepared:
    """A data folder with the starter Charter in it, to be copied for many servers.

    `charter` is its id; `exported`, what the server exports.
    """

    data: Path
    charter: str
    exported: str

    @classmethod
    def made(cls, data: Path, slug: str | None) -> "Prepared":
        server = ServerProcess(data)
        charter = server.import_charter(slug=slug)
        return cls(data, charter, server.cli("export", charter))


class ServerProcess:
    """A server that a test starts, kills and starts again; the address stays the same.

    `settings` are fields of `server.settings.Settings`, given through the environment.
    """

    def __init__(self, data: Path, **settings: object) -> None:
        self.data = data
        self.port = free_port()
        self.settings = settings
        self.program: Program | None = None
        self.begun_with: Prepared | None = None
        self.log = data / "server.log"
        data.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def live_address(self) -> str:
        """Where y-websocket connects, without the Charter's id."""
        return f"ws://localhost:{self.port}/live"

    @property
    def pid(self) -> int:
        assert self.program is not None
        return self.program.process.pid

    def begin_with(self, prepared: Prepared) -> None:
        """Have what was prepared in the data folder, before the first start."""
        shutil.copytree(prepared.data, self.data, dirs_exist_ok=True)
        self.begun_with = prepared

    def start(self, *wrapper: str) -> "ServerProcess":
        """Start and wait until /readyz says yes. `wrapper`: a program to run it under."""
        words = self._words("serve", "--port", str(self.port))
        if wrapper:
            command = [*wrapper, sys.executable, "-m", "server", *words]
            self.program = Program(command, self.log, self._environment(), folder=ROOT)
        else:
            self.program = Command(words, self.log, self._environment())
        wait_until(self._ready, "the server to be ready", 60)
        return self

    def kill(self) -> None:
        """kill -9: nothing is written any more, nobody is told."""
        assert self.program is not None
        self.program.process.send_signal(signal.SIGKILL)
        self.program.end()

    def stop(self) -> None:
        """A clean stop. The server ends by the very signal that asked it to, or with status 0."""
        assert self.program is not None
        status = self.program.ask_to_end()
        assert status in {0, -signal.SIGTERM}, self.program.printed()

    def restart(self) -> "ServerProcess":
        """Stop cleanly when it runs, and start again."""
        if self.program is not None and self.program.running:
            self.stop()
        return self.start()

    def close(self) -> None:
        """End it, however it is."""
        if self.program is not None:
            self.program.end()

    def cli(self, *words: str) -> str:
        """Run another command on the same data; returns what it printed."""
        with TemporaryDirectory() as folder:
            printed, errors = Path(folder) / "printed", Path(folder) / "errors"
            command = Command(self._words(*words), printed, self._environment(), errors=errors)
            status = command.status()
            said = printed.read_text()
            assert status == 0, f"{words[0]} failed:\n{said}{errors.read_text()}"
            return said.strip()

    def import_charter(
        self, file: Path = STARTER, group: str = "National", slug: str | None = None
    ) -> str:
        """Import a Charter, making its group when it is missing; returns the Charter's id."""
        chosen = ["--slug", slug] if slug else []
        return self.cli("import", str(file), "--group", group, *chosen).split()[-1]

    def token(self, person: str, group: str = "National") -> str:
        """A personal access token of somebody who is a member of the group."""
        return self.cli("token", "--person", person, "--group", group).split()[-1]

    def invite(self, name: str, group: str = "National", role: str = "member") -> str:
        """The link of an invitation."""
        words = ("invite", "--group", group, "--name", name, "--role", role)
        return self.cli(*words).split()[-1]

    def come_in(self, name: str, group: str = "National", role: str = "member") -> dict[str, str]:
        """Invite somebody who then comes in, as a browser does; returns their cookies."""
        link = self.invite(name, group, role)
        with httpx.Client() as browser:
            page = browser.get(link)
            hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
            answer = browser.post(link, data=hidden)
            assert answer.status_code == 303, answer.text
            return dict(browser.cookies)

    def get(self, path: str, token: str | None = None) -> tuple[int, str]:
        """Ask for a page; returns its status and body."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.get(self.address + path, headers=headers, timeout=10)
        return answer.status_code, answer.text

    def logged(self) -> list[dict[str, object]]:
        """The lines of the log, for a server started with `log_format="json"`."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def _words(self, *words: str) -> list[str]:
        return [*words, "--data", str(self.data)]

    def _environment(self) -> dict[str, str]:
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith("OUR_CHARTER_")
        }
        chosen = {
            f"OUR_CHARTER_{name.upper()}": str(value)
            for name, value in self.settings.items()
            if value is not None
        }
        return kept | {"PYTHONUNBUFFERED": "1", "OUR_CHARTER_PORT": str(self.port)} | chosen

    def _ready(self) -> bool:
        assert self.program is not None
        assert self.program.running, f"the server ended:\n{self.program.printed()}"
        try:
            return self.get("/readyz")[0] == 200
        except httpx.TransportError:
            return False
