import pytest
from sqlalchemy import select

from server.adapting.hiding import hide
from server.adapting.offers import Offer, Reply, Step, offer_to
from server.adapting.reporting import offer as reportable
from server.errors import AlreadyHidden, NotFilledIn, NothingToHide, NothingToReport, UnknownOffer
from server.live.hiding import HidingWords, kept
from server.people.tables import AuditRow
from server.writing import rich_text
from server.writing.authors import Author
from server.writing.tables import CharterRow
from tests.server.adapting.deciding import Version
from tests.server.adapting.test_offers import shared

WHY = "It names a person."


async def answered(kent: Version) -> Offer:
    """An offer with a why, an answer, and thanks without a word."""
    await kent.we_say("s1", "We choose.")
    given = await shared(kent, "s1")
    for step, words in ((Step.ANSWERED, "No thanks."), (Step.CLOSED, "")):
        async with kent.stage.store.session() as session:
            await Reply(given, step, words, Author(kent.kim.id)).say(session)
    return await again(kent, given)


async def again(kent: Version, given: Offer) -> Offer:
    async with kent.stage.store.reading() as session:
        return await offer_to(session, kent.national.id, given.row.id)


async def hide_in(kent: Version, row: CharterRow, step_id: str, reason: str = WHY) -> None:
    async with kent.stage.store.session() as session:
        await hide(session, kent.who, row, step_id, reason)


async def test_what_was_said_is_hidden_by_the_group_that_said_it_and_shown_again(
    kent: Version,
) -> None:
    given = await answered(kent)
    why, answer, _ = given.steps
    await hide_in(kent, kent.row, why.id)
    await hide_in(kent, kent.national, answer.id)
    assert (await again(kent, given)).hidden == {why.id: WHY, answer.id: WHY}
    with pytest.raises(NothingToReport):
        async with kent.stage.store.reading() as session:
            await reportable(session, kent.who, {"offer": given.row.id, "step": why.id})
    async with kent.stage.store.reading() as session:
        (one,) = await kept(session, kent.row.id)
        recorded = await session.scalars(select(AuditRow).where(AuditRow.what == "hid"))
        assert [row.group_id for row in recorded] == [kent.row.group_id, kent.national.group_id]
    assert rich_text.plain(one.words) == "It is clearer."
    hiding = HidingWords(kent.stage.store, kent.stage.rooms)
    await hiding.show(kent.row, one.hiding.id, kent.who)
    assert (await again(kent, given)).hidden == {answer.id: WHY}


async def test_the_words_themselves_stay_as_they_are(kent: Version) -> None:
    given = await answered(kent)
    await hide_in(kent, kent.row, given.steps[0].id)
    assert (await again(kent, given)).says is not None
    assert await kent.words("s1") == "We choose."


async def test_what_another_group_said_and_what_nobody_said_is_not_there_to_hide(
    kent: Version,
) -> None:
    given = await answered(kent)
    why, answer, thanks = (step.id for step in given.steps)
    for row, step in ((kent.row, answer), (kent.national, why), (kent.row, "nothing")):
        with pytest.raises(UnknownOffer):
            await hide_in(kent, row, step)
    with pytest.raises(NothingToHide):
        await hide_in(kent, kent.national, thanks)
    with pytest.raises(NotFilledIn):
        await hide_in(kent, kent.row, why, " ")
    await hide_in(kent, kent.row, why)
    with pytest.raises(AlreadyHidden):
        await hide_in(kent, kent.row, why)
    assert (await again(kent, given)).hidden == {why: WHY}
