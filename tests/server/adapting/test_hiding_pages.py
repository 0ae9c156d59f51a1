import pytest

from server.people.permits import Role
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import Person
from tests.server.adapting.test_hiding import WHY, answered
from tests.server.adapting.test_offer_pages import send

RECEIPT = "/charters/kent/shared"


async def lead(kent: Version, group: str = "Kent", role: Role = Role.ORGANISER) -> Person:
    return await kent.stage.come_in("Lee", group, role)


async def test_an_organiser_hides_it_from_both_groups_and_ours_reads_why(kent: Version) -> None:
    given = await answered(kent)
    why = given.steps[0]
    path = f"/charters/kent/said/{why.id}/hide"
    lee = await lead(kent)
    page = await lee.browser.get(path)
    assert "It is clearer." in page.text
    done = await send(lee, path, reason=WHY)
    assert (done.status_code, done.headers["location"]) == (
        303,
        "/charters/kent/hidden?done=hidden",
    )
    ours = (await kent.kim.browser.get(RECEIPT)).text
    assert "It is clearer." not in ours
    assert f"What was said is hidden. The reason: {WHY}" in ours
    nat = await kent.stage.come_in("Nat", "National", Role.MEMBER)
    theirs = (await nat.browser.get(f"/charters/{kent.national.slug}/offers/{given.row.id}")).text
    assert "It is clearer." not in theirs
    assert "What was said is hidden." in theirs
    assert WHY not in theirs
    again = await send(lee, path, reason=WHY)
    assert again.status_code == 409


async def test_a_mistake_is_told_and_keeps_what_was_written(kent: Version) -> None:
    given = await answered(kent)
    lee = await lead(kent)
    answer = await send(lee, f"/charters/kent/said/{given.steps[0].id}/hide", reason=" ")
    assert answer.status_code == 422
    assert "Please say why you hide this." in answer.text


@pytest.mark.parametrize(
    ("group", "role", "status"),
    [
        ("Kent", Role.MEMBER, 403),
        ("Kent", Role.READER, 403),
        ("National", Role.ORGANISER, 403),
        ("Kent", Role.ORGANISER, 200),
    ],
)
async def test_only_those_who_may_hide_in_the_group_that_said_it(
    kent: Version, group: str, role: Role, status: int
) -> None:
    given = await answered(kent)
    person = await lead(kent, group, role)
    why, answer, _ = (step.id for step in given.steps)
    assert (await person.browser.get(f"/charters/kent/said/{why}/hide")).status_code == status
    if status == 200:
        for step in (answer, "nothing"):
            page = await person.browser.get(f"/charters/kent/said/{step}/hide")
            assert page.status_code == 404
