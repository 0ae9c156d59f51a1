import pytest
from starlette.requests import Request

from server.errors import MayNot, NotSignedIn, OnlyHere, UnknownGroup
from server.people.asking import asking, asking_wholly, group_asked_for
from server.people.permits import Action, Who
from server.store import Store
from tests.support.people import somebody


def request(who: Who | None, slug: str = "devon") -> Request:
    return Request({"type": "http", "state": {"who": who}, "path_params": {"slug": slug}})


def test_nobody_asks_for_a_page_of_their_own() -> None:
    with pytest.raises(NotSignedIn):
        asking(request(None))


def test_who_came_in_by_a_card_does_not_ask_for_all_their_groups() -> None:
    who = Who("1", "Anna", roles={}, only_here=True)
    assert asking(request(who)) is who
    with pytest.raises(OnlyHere):
        asking_wholly(request(who))


async def test_a_group_is_for_who_may_do_what_is_asked_there(store: Store) -> None:
    anna = await somebody(store, "Anna", "Devon")
    await somebody(store, "Ben", "Powys")
    async with store.reading() as session:
        group, who = await group_asked_for(session, request(anna), Action.WATCH)
        assert (group.slug, who) == ("devon", anna)
        with pytest.raises(MayNot, match=r"Only organisers\."):
            await group_asked_for(session, request(anna), Action.INVITE, "Only organisers.")
        with pytest.raises(MayNot):
            await group_asked_for(session, request(anna, "powys"), Action.WATCH)
        with pytest.raises(UnknownGroup):
            await group_asked_for(session, request(anna, "nowhere"), Action.WATCH)
        with pytest.raises(NotSignedIn):
            await group_asked_for(session, request(None), Action.WATCH)
