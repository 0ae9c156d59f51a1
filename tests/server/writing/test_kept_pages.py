from pathlib import Path

from sqlalchemy import update

from server import clock
from server.people.tables import MembershipRow
from server.store import Store
from server.writing import kept_pages
from tests.server.writing.test_editions import make_charter
from tests.support.pages import browser, make_app
from tests.support.people import come_in, somebody


async def test_a_device_hears_of_charters_that_its_person_may_not_have_any_more(
    store: Store, tmp_path: Path
) -> None:
    ann = await somebody(store, "Ann", "Devon")
    devon, kent = await make_charter(store), await make_charter(store, group="Kent")
    asked = {"charter": [devon, kent, "gone", "x" * 500]}
    async with browser(make_app(store, tmp_path, kept_pages.routes)) as client:
        assert (await client.get("/me/kept", params=asked)).status_code == 401
        await come_in(store, client, ann)
        told = (await client.get("/me/kept", params=asked)).json()
        assert told == {"over": asked["charter"][1:]}
        async with store.session() as session:
            await session.execute(update(MembershipRow).values(ended_at=clock.now()))
        told = (await client.get("/me/kept", params=asked)).json()
        assert told == {"over": asked["charter"]}
        assert (await client.get("/me/kept")).json() == {"over": []}
