"""Real yjs with stock y-websocket in Node: `tests/together/peers/yjs_peer.mjs`, from Python."""

import asyncio
import base64
import json
import shutil
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.real_parts import missing
from tests.support.waiting import until

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "tests" / "together" / "peers" / "yjs_peer.mjs"
# A whole document comes as one line.
_LINE_LIMIT = 64 * 1024 * 1024


class YjsPeers:
    """One Node process that holds any number of stock clients."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = count(1)
        self._turn = asyncio.Lock()

    @classmethod
    async def started(cls) -> "YjsPeers":
        """Start Node, or say that this machine has no Node or no installed packages."""
        node = shutil.which("node")
        if node is None or not (ROOT / "node_modules" / "y-websocket").is_dir():
            missing("Node and the packages of package-lock.json are not here: run `make client`")
        process = await asyncio.create_subprocess_exec(
            node,
            str(SCRIPT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT,
            cwd=ROOT,
        )
        return cls(process)

    async def ask(self, client: str, do: str, **details: Any) -> Any:
        """Have a client do one thing; returns its answer, raises AssertionError on its error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"id": next(self._numbers), "client": client, "do": do, **details}
        async with self._turn:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        assert line, "the yjs peer ended"
        answer = json.loads(line)
        assert answer["id"] == asked["id"]
        assert "error" not in answer, answer["error"]
        return answer["value"]

    async def open(
        self,
        client: str,
        live_address: str,
        charter: str,
        token: str,
        params: Mapping[str, str] | None = None,
    ) -> "YjsPeer":
        """Open a client and wait until it has the document."""
        await self.ask(
            client,
            "open",
            server=live_address,
            charter=charter,
            token=token,
            params=dict(params or {}),
        )
        peer = YjsPeer(self, client)
        await until(peer.synced, f"{client} to be synced")
        return peer

    async def close(self) -> None:
        if self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            await asyncio.wait_for(self._process.wait(), 10)


class YjsPeer:
    """One stock client. `ask` reaches every command of the script; the rest are short names."""

    def __init__(self, peers: YjsPeers, name: str) -> None:
        self.peers = peers
        self.name = name

    async def ask(self, do: str, **details: Any) -> Any:
        return await self.peers.ask(self.name, do, **details)

    async def synced(self) -> bool:
        return bool(await self.ask("synced"))

    async def text(self, item: str, part: str = "words") -> str:
        """The text of a part's first paragraph, as yjs shows it."""
        return str(await self.ask("text", item=item, part=part))

    async def view(self) -> dict[str, Any]:
        """The whole document as yjs sees it."""
        view: dict[str, Any] = await self.ask("view")
        return view

    async def update(self) -> bytes:
        """The whole document as one update."""
        return base64.b64decode(await self.ask("update"))
