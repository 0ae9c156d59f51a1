import pytest
from starlette.requests import Request

from server.errors import MayNot, NotSignedIn, Refusal, UnknownCharter, UnknownEdition
from server.people.permits import Action, Role, Who
from server.publishing.asking import asked_for, edition_asked_for
from server.store import Store
from tests.server.publishing.conftest import Place, join, publish, who_is


def request(who: Who | None, slug: str = "devon-charter", number: int = 1) -> Request:
    path = {"slug": slug, "number": number}
    return Request({"type": "http", "path_params": path, "state": {"who": who}})


async def test_a_charter_comes_with_its_group(store: Store, devon: Place) -> None:
    ann = who_is(await join(store, devon.group, "Ann"), devon.group)
    async with store.reading() as session:
        row, group = await asked_for(session, request(ann), Action.WRITE)
    assert (row.id, group.id) == (devon.charter.id, devon.group.id)


async def test_an_edition_comes_with_both(store: Store, devon: Place) -> None:
    ann = who_is(await join(store, devon.group, "Ann"), devon.group)
    edition = await publish(store, devon)
    async with store.reading() as session:
        row, group, found = await edition_asked_for(session, request(ann))
        assert (row.id, group.id, found.id) == (devon.charter.id, devon.group.id, edition.id)
        with pytest.raises(UnknownEdition):
            await edition_asked_for(session, request(ann, number=2))


@pytest.mark.parametrize(
    ("who", "slug", "refusal"),
    [
        (None, "nowhere", UnknownCharter),
        (None, "devon-charter", NotSignedIn),
        (Who("x", "Ann", roles={"other": Role.ORGANISER}), "devon-charter", MayNot),
    ],
)
async def test_others_are_refused(
    store: Store, devon: Place, who: Who | None, slug: str, refusal: type[Refusal]
) -> None:
    assert devon
    async with store.reading() as session:
        with pytest.raises(refusal):
            await asked_for(session, request(who, slug), Action.READ)
