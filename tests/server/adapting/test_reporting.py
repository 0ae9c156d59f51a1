import pytest

from server.adapting.offers import Reply, Step, offer_to
from server.adapting.reporting import offer
from server.errors import NothingToReport
from server.people.permits import Role, Who
from server.people.safety.reports import Reportable
from server.writing.authors import Author
from tests.server.adapting.deciding import Version
from tests.server.adapting.test_offers import shared


async def find(kent: Version, who: Who | None, **asked: str) -> Reportable:
    async with kent.stage.store.reading() as session:
        return await offer(session, who, asked)


def of_national(kent: Version) -> Who:
    return Who("ann", "Ann", roles={kent.national.group_id: Role.READER})


async def test_shared_words_go_to_the_lead_of_those_who_wrote_them(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    given = await shared(kent, "s1")
    for who in (kent.who, of_national(kent)):
        found = await find(kent, who, offer=given.row.id)
        assert [(part.about, part.words) for part in found.parts] == [("offer", "We choose.")]
        assert (found.group_id, found.item_id) == (kent.row.group_id, "s1")
    step = given.steps[0].id
    found = await find(kent, of_national(kent), offer=given.row.id, step=step)
    assert [part.words for part in found.parts] == ["It is clearer."]
    assert found.group_id == kent.row.group_id


async def test_an_answer_goes_to_the_lead_of_those_who_answered(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    given = await shared(kent, "s1")
    async with kent.stage.store.session() as session:
        await Reply(given, Step.ANSWERED, "No thanks.", Author(kent.kim.id)).say(session)
    async with kent.stage.store.reading() as session:
        again = await offer_to(session, kent.national.id, given.row.id)
    (step,) = [one.id for one in again.steps if one.words == "No thanks."]
    found = await find(kent, kent.who, offer=given.row.id, step=step)
    assert [part.words for part in found.parts] == ["No thanks."]
    assert found.group_id == kent.national.group_id


async def test_to_others_there_is_no_offer(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    given = await shared(kent, "s1")
    for who in (None, Who("eve", "Eve", roles={"elsewhere": Role.ORGANISER})):
        with pytest.raises(NothingToReport):
            await find(kent, who, offer=given.row.id)
    for asked in ({}, {"offer": "nothing"}, {"offer": given.row.id, "step": "nothing"}):
        with pytest.raises(NothingToReport):
            await find(kent, kent.who, **asked)
