"""The example that `make run` shows: a national Charter and ten local versions, with people."""

from sqlalchemy import select

from server.live.actions import start_charter
from server.live.engine import Engine
from server.people.actions import find_group, invite, make_group
from server.people.permits import Role
from server.people.tables import GroupRow
from server.store import Store
from server.writing import starters

PERSON = "Meg"
_NATIONAL = "Shared Lives Ambassadors"


async def load(store: Store, engine: Engine) -> str:
    """Load the example unless it is there already; returns a token that lets Meg in."""
    async with store.reading() as session:
        there = await session.scalar(select(GroupRow.id).where(GroupRow.name == _NATIONAL))
    if there is None:
        charters = {"national": starters.load("starter"), **dict(starters.local_versions())}
        begun = {name: await engine.begin(charter) for name, charter in charters.items()}
        async with store.session() as session:
            for name, charter in charters.items():
                national = name == "national"
                group = await make_group(
                    session,
                    _NATIONAL if national else _place(name),
                    kind="national" if national else "local",
                )
                await start_charter(
                    session,
                    charter,
                    begun[name],
                    group_id=group.id,
                    slug=name,
                    visibility="everybody",
                )
    async with store.session() as session:
        return await invite(session, await find_group(session, _NATIONAL), PERSON, Role.ORGANISER)


def _place(name: str) -> str:
    """The place of a local version's file: `wyndle-and-ash` is Wyndle and Ash."""
    return " ".join(word if word == "and" else word.title() for word in name.split("-"))
