import pytest

from server.adapting.updates import seen_of, update_of
from server.errors import NoVersion
from tests.server.adapting.deciding import Version


async def both_change(kent: Version, *item_ids: str) -> None:
    for item_id in item_ids:
        await kent.we_say(item_id, "Ours.")
        await kent.they_say(item_id, "Theirs.")


async def test_a_charter_that_was_made_from_none_has_no_update(kent: Version) -> None:
    async with kent.stage.store.reading() as session:
        with pytest.raises(NoVersion):
            await update_of(session, kent.national, None)


async def test_what_we_never_touched_is_apart_from_what_is_asked(kent: Version) -> None:
    await both_change(kent, "s1", "s3")
    await kent.they_say("s2", "Theirs.")
    await kent.they_publish()
    found = await kent.update()
    assert [each.item_id for each in found.to_take] == ["s2"]
    assert [each.item_id for each in found.to_ask] == ["s1", "s3"]
    assert found.question("s4") is None
    assert (found.number("s3"), found.number("h1")) == (3, None)


async def test_the_next_question_comes_round_to_the_first(kent: Version) -> None:
    await both_change(kent, "s1", "s3", "s5")
    await kent.they_publish()
    await kent.decide("s3", "later")
    found = await kent.update()

    def following(item_id: str) -> str | None:
        question = found.following(item_id)
        return None if question is None else question.item_id

    assert [following(each) for each in ("s1", "s2", "s4", "s5")] == ["s5", "s5", "s5", "s1"]
    await kent.decide("s1", "ours")
    await kent.decide("s5", "ours")
    found = await kent.update()
    assert following("s5") is None


async def test_answers_are_listed_the_newest_first_and_tell_whether_they_still_stand(
    kent: Version,
) -> None:
    await both_change(kent, "s1", "s2")
    await kent.they_publish()
    await kent.decide("s1", "theirs")
    await kent.decide("s2", "ours")
    found = (await kent.update()).answered()
    assert [(each.main.item_id, each.changed_since) for each in found] == [
        ("s2", False),
        ("s1", False),
    ]
    await kent.we_say("s1", "Written since.")
    found = (await kent.update()).answered()
    assert [each.changed_since for each in found] == [False, True]
    await kent.undo("s1")
    assert [each.main.item_id for each in (await kent.update()).answered()] == ["s2"]


async def test_what_was_seen_is_another_print_once_somebody_writes(kent: Version) -> None:
    await both_change(kent, "s1")
    await kent.they_publish()
    (before,) = (await kent.update()).to_ask
    await kent.we_say("s1", "Ours again.")
    (after,) = (await kent.update()).to_ask
    assert seen_of(before) != seen_of(after)
