"""y-py, which the customer named, takes part as far as it can: it reads and writes plain values.

It knows no rich text inside a map, so it keeps out of the words; and client ids have 32 bits.
"""

import pytest
from pycrdt import Map, create_update_message

from tests.support import pen
from tests.support.live_client import STEP1, LiveClient, payload
from tests.support.server_process import ServerProcess
from tests.support.waiting import until
from tests.together.test_durability import first_statement

y_py = pytest.importorskip(
    "y_py",
    reason="y-py has no wheels for Python 3.13 and later",
    exc_type=ImportError,
)


class OlderClient(LiveClient):
    """A client whose own edits are y-py's: its bytes go out, and all that arrives goes in."""

    def __init__(self, live_address: str, charter: str, token: str) -> None:
        super().__init__(live_address, charter, token)
        self.older = y_py.YDoc()

    def set_title(self, title: str) -> None:
        before = y_py.encode_state_vector(self.older)
        with self.older.begin_transaction() as transaction:
            self.older.get_map("meta").set(transaction, "title", title)
        update = bytes(y_py.encode_state_as_update(self.older, before))
        self.sent += 1
        self.send(create_update_message(update))

    @property
    def title(self) -> str:
        return str(self.older.get_map("meta")["title"])

    def _hear_sync(self, frame: bytes) -> None:
        super()._hear_sync(frame)
        if frame[1] != STEP1:
            y_py.apply_update(self.older, payload(frame))


async def test_a_y_py_client_writes_with_us(server: ServerProcess, charter: str) -> None:
    ann = await LiveClient(server.live_address, charter, server.token("Ann")).connect()
    olwen = OlderClient(server.live_address, charter, server.token("Olwen"))
    await olwen.connect()
    item = first_statement(ann)
    meta = ann.doc.get("meta", type=Map)

    olwen.set_title("Ein Siarter, tŷ a 😀")
    pen.write(ann.doc, item, 0.0, "Meanwhile. ")
    await until(lambda: meta["title"] == "Ein Siarter, tŷ a 😀", "Ann to see y-py's title")
    meta["title"] = "Our Charter"
    await until(lambda: olwen.title == "Our Charter", "y-py to see Ann's title")

    await ann.all_saved()
    await olwen.all_saved()
    assert "Meanwhile. " in pen.words(olwen.doc, item)
    assert server.cli("export", charter).startswith("---\ntitle: Our Charter\n")
    await ann.close()
    await olwen.close()
