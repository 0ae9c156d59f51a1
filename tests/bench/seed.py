"""Fill an empty data folder for the load generator: one group, people with tokens, many Charters.

Writes JSON with everything a client must know: `charters` (id, and the ids of its statements),
`tokens` (one a member) and `reader` (the token of somebody who may only read). The server must
not be running.
"""

import argparse
import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

from server.live.actions import start_charter
from server.live.engine import Engine
from server.migrations.upgrade import upgrade
from server.people.actions import issue_token, make_group
from server.people.permits import Role
from server.settings import Settings, bundled
from server.store import Store
from server.writing.markdown_in import parse

# The journal keeps a row for each person in a commit: as many as write in a large meeting.
PERSONS = 20


async def seed(settings: Settings, charters: int) -> dict[str, Any]:
    """Make everything, in one transaction; returns what the generator must know."""
    charter = parse(bundled("charters", "national.md").read_bytes())
    statements = [item.id for item in charter.statements if not item.left_out]
    store = Store(settings.database)
    try:
        async with aclosing(Engine(settings)) as engine:
            begun = await engine.begin(charter)
        async with store.session() as session:
            group = await make_group(session, "The benchmark", kind="national")
            tokens = [
                await issue_token(session, f"Writer {number}", group) for number in range(PERSONS)
            ]
            reader = await issue_token(session, "Reader", group, Role.READER)
            ids = [
                (
                    await start_charter(
                        session, charter, begun, group_id=group.id, slug=f"bench-{number}"
                    )
                ).id
                for number in range(charters)
            ]
    finally:
        await store.close()
    return {
        "charters": [{"id": charter_id, "statements": statements} for charter_id in ids],
        "tokens": tokens,
        "reader": reader,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.seed", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder to fill")
    parser.add_argument("--out", type=Path, required=True, help="where to write the JSON")
    parser.add_argument("--charters", type=int, default=1)
    asked = parser.parse_args()
    # Not from the environment: the benchmark is of SQLite and the default limits.
    settings = Settings(data_folder=asked.data)
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    upgrade(settings)
    asked.out.write_text(json.dumps(asyncio.run(seed(settings, asked.charters))), encoding="utf-8")


if __name__ == "__main__":
    main()
