from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.store import Store
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import Stage, stage_of


@pytest.fixture
async def stage(store: Store, tmp_path: Path) -> AsyncIterator[Stage]:
    """Real rooms on a real database, and the pages above them."""
    async with stage_of(store, tmp_path) as stage:
        yield stage


@pytest.fixture
async def kent(stage: Stage) -> Version:
    """Kent's version of a national Charter."""
    return await Version.made(stage)
