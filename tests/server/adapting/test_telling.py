from dataclasses import replace

from server.adapting.telling import told
from server.comparing.updates import Event
from server.writing import edits
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import WORDS, statement


async def test_a_question_tells_both_sides_and_which_one_it_is(kent: Version) -> None:
    await kent.we_say("s1", WORDS[0].replace("who", "with whom"))
    await kent.they_say("s1", WORDS[0].replace("who", "where"))
    await kent.we_say("s2", "We meet.")
    await kent.they_say("s2", "They say this.")
    await kent.we_say("s1", "It is so here.", "why")
    await kent.they_publish()
    found = await kent.update()
    asked = told(found, found.to_ask[0])
    assert (asked.event, asked.number, asked.place, asked.count) == (Event.REWORDED, 1, 1, 2)
    assert asked.main.sentences == ("They changed “who” to “where”.",)
    assert (asked.why, asked.untouched, asked.mix) == ("It is so here.", False, None)
    assert asked.main.words is not None
    assert asked.main.our_words is not None
    await kent.decide("s1", "ours")
    await kent.decide("s2", "later")
    found = await kent.update()
    (later,) = found.to_ask
    assert (told(found, later).place, told(found, later).count) == (None, 1)


async def test_a_mix_is_told_in_the_words_of_its_box(kent: Version) -> None:
    await kent.we_say("s2", WORDS[1].replace("We", "All of us"))
    await kent.they_say("s2", WORDS[1].replace("I move in", "anybody moves in"))
    await kent.they_publish()
    found = await kent.update()
    mix = told(found, found.to_ask[0]).mix
    assert mix is not None
    assert mix.words == "All of us must meet at least three times before anybody moves in."
    assert not mix.has_meaning


async def test_what_they_added_has_no_words_of_ours(kent: Version) -> None:
    new = statement("n1", "We have a garden.", "a1V")
    await kent.stage.edit(kent.national.id, edits.AddItem(new))
    await kent.they_publish()
    found = await kent.update()
    asked = told(found, found.to_take[0])
    assert (asked.event, asked.untouched) == (Event.ADDED, True)
    assert (asked.main.ours, asked.main.words) == (None, None)
    assert asked.main.theirs is not None


async def test_a_press_that_took_what_we_never_touched_is_not_counted(kent: Version) -> None:
    for item_id in ("s1", "s2"):
        await kent.we_say(item_id, "Ours.")
        await kent.they_say(item_id, "Theirs.")
    await kent.they_say("s3", "Theirs.")
    await kent.they_publish()
    found = await kent.update()
    taking = replace(kent.answer(found, "s3", "theirs"), together=True)
    await taking.make(kent.stage.rooms)
    await kent.stage.rooms.settling.settle(kent.row.id)
    await kent.decide("s1", "ours")
    found = await kent.update()
    asked = told(found, found.to_ask[0])
    assert (asked.place, asked.count) == (2, 2)
