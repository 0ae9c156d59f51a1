import pytest

from server.errors import NothingToReport
from server.people.permits import Role, Who
from server.people.safety.reporting import person
from server.people.tables import GroupRow, PersonRow
from server.store import Store


async def test_people_of_a_group_report_a_name_and_a_picture(store: Store, group: GroupRow) -> None:
    async with store.session() as session:
        (await session.get_one(PersonRow, "meg")).picture = "bird"
        ann = Who("ann", "Ann", roles={group.id: Role.MEMBER})
        found = await person(session, ann, {"group": "devon", "person": "meg"})
    assert [(part.about, part.words) for part in found.parts] == [
        ("name", "Meg"),
        ("face", "The picture"),
    ]
    assert found.parts[1].picture is not None
    assert (found.group_id, found.address) == (group.id, "/groups/devon/people")
    assert found.item_id == "meg"


@pytest.mark.parametrize(
    "asked",
    [{}, {"group": "devon", "person": "sam"}, {"group": "kent", "person": "meg"}],
)
async def test_who_is_not_in_the_group_is_not_there(
    store: Store, group: GroupRow, asked: dict[str, str]
) -> None:
    ann = Who("ann", "Ann", roles={group.id: Role.MEMBER})
    async with store.reading() as session:
        with pytest.raises(NothingToReport):
            await person(session, ann, asked)


@pytest.mark.parametrize("who", [None, Who("sam", "Sam")])
async def test_to_strangers_nobody_is_there(store: Store, group: GroupRow, who: Who | None) -> None:
    async with store.reading() as session:
        with pytest.raises(NothingToReport):
            await person(session, who, {"group": "devon", "person": "meg"})
