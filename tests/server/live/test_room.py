from dataclasses import replace

import pytest

from server.errors import (
    CloseCode,
    DamagedUpdate,
    DocumentFull,
    Gap,
    Malformed,
    OthersClientId,
    ReadOnly,
    Stopping,
)
from server.live import wire
from server.live.presence import Entry as PresenceEntry
from server.live.presence import Identity
from server.writing.authors import Author
from tests.server.live.halls import Hall
from tests.server.live.sinks import (
    ANN,
    BEN,
    as_seen,
    news,
    people,
    questions,
    reader,
    receipts,
    updates,
)

RAE = Identity("p-rae", "Rae", None)


def words(*told: bytes) -> str:
    return as_seen(*told)["s1"]


def test_a_newcomer_is_asked_what_they_have_and_told_who_is_here() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    hall.room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    newcomer, sink = reader(BEN)
    hall.room.join(newcomer)
    assert questions(sink.frames) == [hall.room.known.state_vector()]
    assert [entry.client_id for entry in people(sink.frames)] == [7]


def test_nothing_is_shown_or_called_saved_before_it_is_durable() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    hall.send(ann, hall.page(11).type("s1", 0, "Hello. "))
    taken = hall.room.take()
    assert anns.frames == bens.frames == []
    assert b"Hello" not in hall.room.answer(b"")
    hall.room.committed(taken, 1, hall.now)
    assert "Hello. I choose" in words(hall.state, *updates(bens.frames))
    assert receipts(anns.frames) == [1]
    assert receipts(bens.frames) == []
    assert b"Hello" in hall.room.answer(b"")


def test_many_edits_of_one_person_are_one_entry_and_one_frame() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    tablet, _ = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    phone_page, tablet_page = hall.page(11), hall.page(12)
    for letter in "olleH":
        hall.send(ann, phone_page.type("s1", 0, letter))
    hall.send(tablet, tablet_page.type("s1", 0, "Oh "))
    assert hall.commit() == 1
    assert len(updates(bens.frames)) == 1
    told = words(hall.state, *updates(bens.frames))
    assert "Hello" in told
    assert "Oh " in told
    assert receipts(anns.frames) == [5]


def test_each_person_has_an_entry_of_their_own() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    ben, _ = hall.enter(BEN)
    hall.send(ann, hall.page(11).type("s1", 0, "Ann. "))
    hall.send(ben, hall.page(12).type("s1", 0, "Ben. "))
    assert hall.commit() == 2
    assert {entry.author for entry in hall.stored} == {Author("p-ann"), Author("p-ben")}
    assert hall.clients == {11: Author("p-ann"), 12: Author("p-ben")}


def test_a_client_id_is_claimed_with_its_first_edit_only() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    page = hall.page(11)
    hall.send(ann, page.type("s1", 0, "1"))
    first, second = hall.room.take(), None
    hall.send(ann, page.type("s1", 0, "2"))
    second = hall.room.take()
    assert first.batch is not None
    assert second.batch is not None
    assert (first.batch.clients, second.batch.clients) == (((11, Author("p-ann")),), ())


def test_an_edit_with_nothing_new_is_only_acknowledged() -> None:
    hall = Hall()
    rae, raes = hall.enter(RAE, may_write=False)
    _, bens = hall.enter(BEN)
    hall.send(rae, hall.page(11).state(), answer=True)
    assert hall.commit() == 0
    assert receipts(raes.frames) == [1]
    assert bens.frames == []


def test_who_may_only_read_cannot_change_anything_with_an_edit_or_an_answer() -> None:
    hall = Hall()
    rae, _ = hall.enter(RAE, may_write=False)
    page = hall.page(11)
    edit = page.type("s1", 0, "Rae. ")
    for update, answer in ((edit, False), (page.state(), True)):
        with pytest.raises(ReadOnly):
            hall.send(rae, update, answer=answer)
    assert hall.commit() == 0


@pytest.mark.parametrize(
    ("update", "refusal"), [(b"", DamagedUpdate), (b"\x01\x01\x01\x01", DamagedUpdate)]
)
def test_after_a_refusal_the_room_is_as_it_was(update: bytes, refusal: type[Exception]) -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    ben, bens = hall.enter(BEN)
    before = hall.room.snapshot()
    with pytest.raises(refusal):
        hall.send(ben, update)
    assert hall.room.snapshot() == before
    hall.send(ann, hall.page(11).type("s1", 0, "Go on. "))
    hall.commit()
    assert "Go on." in words(hall.state, *updates(bens.frames))


def test_nobody_writes_under_another_person_s_client_id() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    ben, _ = hall.enter(BEN)
    page = hall.page(11)
    hall.send(ann, page.type("s1", 0, "Ann. "))
    with pytest.raises(OthersClientId):
        hall.send(ben, page.type("s1", 0, "Ben. "))


def test_what_a_supporter_types_for_somebody_is_kept_apart_from_their_own() -> None:
    hall = Hall()
    own, _ = hall.enter(BEN)
    helping, _ = hall.enter(replace(BEN, name="Ann, with help from Ben", for_id="p-ann"))
    hall.send(helping, hall.page(11).type("s1", 0, "For Ann. "))
    hall.send(own, hall.page(12).type("s2", 0, "Mine. "))
    hall.commit()
    assert {entry.author for entry in hall.stored} == {Author("p-ben", "p-ann"), Author("p-ben")}
    with pytest.raises(OthersClientId):
        hall.send(own, hall.page(11).type("s1", 0, "Mine? "))


def test_a_full_charter_takes_deletions_only() -> None:
    hall = Hall(document_limit=2_000)
    ann, anns = hall.enter(ANN)
    page = hall.page(11)
    with pytest.raises(DocumentFull):
        hall.send(ann, page.type("s1", 0, "x" * 3_000))
    other = hall.page(12)
    hall.send(ann, other.delete("s1", 0, 8))
    assert hall.commit() == 1
    assert receipts(anns.frames) == [1]


# Questions


def test_a_newcomer_gets_everything_and_one_who_returns_only_what_is_new() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    old = hall.page(12)
    hall.send(ann, hall.page(11).type("s1", 0, "New. "))
    hall.commit()
    newcomer, sink = hall.enter(BEN)
    hall.room.ask(newcomer, b"\x00", 0)
    whole = updates(sink.take())[0]
    assert "New. I choose" in words(whole)
    hall.room.ask(newcomer, old.doc.get_state(), 0)
    missing = updates(sink.take())[0]
    assert len(missing) < len(whole) / 4
    assert "New. I choose" in words(old.state(), missing)


def test_a_question_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(Malformed):
        Hall().room.answer(b"\x05")


# Gaps


def test_a_gap_is_asked_about_once_and_nothing_after_it_is_called_saved() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    page = hall.page(11)
    hall.send(ann, page.type("s1", 0, "1"))
    lost = page.type("s1", 0, "2")
    hall.send(ann, page.type("s1", 0, "3"))
    assert questions(anns.take()) == [hall.room.known.state_vector()]
    hall.commit()
    assert receipts(anns.take()) == [1]
    hall.send(ann, lost)
    hall.commit()
    assert receipts(anns.take()) == []
    hall.send(ann, page.state(), answer=True)
    hall.commit()
    assert receipts(anns.take()) == [4]
    assert "321I choose" in words(hall.room.snapshot())


def test_what_comes_before_the_first_answer_may_leave_gaps() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    ann.asked_again = True
    page = hall.page(11)
    page.type("s1", 0, "1")
    for letter in "234":
        hall.send(ann, page.type("s1", 0, letter))
    assert hall.commit() == 0
    assert anns.take() == []
    hall.send(ann, page.state(), answer=True)
    hall.commit()
    assert receipts(anns.take()) == [4]
    assert "4321I choose" in words(hall.room.snapshot())


def test_a_second_gap_ends_the_connection() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    page = hall.page(11)
    page.type("s1", 0, "1")
    hall.send(ann, page.type("s1", 0, "2"))
    with pytest.raises(Gap):
        hall.send(ann, page.type("s1", 0, "3"))


# Beginning again


def test_what_waited_is_asked_for_again_and_not_called_saved_before_it_is() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    page = hall.page(11)
    hall.send(ann, page.type("s1", 0, "1"))
    assert hall.room.reload(hall.opened(), 0)
    assert questions(anns.take()) == questions(bens.take()) == [hall.room.known.state_vector()]
    # On its way when the question was asked: nobody's fault.
    for letter in "23":
        hall.send(ann, page.type("s1", 0, letter))
    assert hall.commit() == 0
    assert anns.take() == []
    hall.send(ann, page.state(), answer=True)
    hall.commit()
    assert receipts(anns.take()) == [4]
    assert "321I choose" in words(hall.state, *updates(bens.frames))


def test_what_others_stored_meanwhile_is_shown() -> None:
    hall = Hall()
    _, bens = hall.enter(BEN)
    hall.store(Author("p-ann"), hall.page(11).type("s1", 0, "Elsewhere. "))
    hall.room.reload(hall.opened(), 0)
    assert "Elsewhere." in words(hall.state, *updates(bens.frames))


def test_a_room_never_goes_back_to_what_is_older_than_it_has_shown() -> None:
    hall = Hall()
    before = hall.opened()
    ann, _ = hall.enter(ANN)
    hall.send(ann, hall.page(11).type("s1", 0, "Shown. "))
    hall.commit()
    assert not hall.room.reload(before, 0)
    assert "Shown." in words(hall.room.snapshot())


def test_a_new_generation_sends_everybody_away_for_good() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    hall.room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    hall.generation = 2
    assert hall.room.reload(hall.opened(), 0)
    assert news(anns.frames) == ["generation"]
    assert anns.closed == (CloseCode.OLD_GENERATION, "OldGeneration")
    hall.room.leave(ann)
    assert hall.room.presence.everybody() == []


def test_a_commit_that_ends_after_the_room_began_again_is_not_forgotten() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    page = hall.page(11)
    hall.send(ann, page.type("s1", 0, "1"))
    taken = hall.room.take()
    hall.room.reload(hall.opened(), 0)
    hall.room.committed(taken, 1, 0)
    anns.take()
    hall.send(ann, page.type("s1", 0, "2"))
    assert questions(anns.frames) == []
    assert "1I choose" in words(hall.room.snapshot())


def test_a_commit_that_came_back_through_the_journal_is_shown_once() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    hall.send(ann, hall.page(11).type("s1", 0, "Once. "))
    taken = hall.room.take()
    assert taken.batch is not None
    entry = hall.store(Author("p-ann"), taken.batch.changes[0][1])
    hall.room.absorb([entry], 0)
    hall.room.committed(taken, entry.seq, 0)
    assert len(updates(bens.frames)) == 1
    assert receipts(anns.frames) == [1]


def test_what_another_server_wrote_is_built_upon() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    entry = hall.store(Author("p-ann"), hall.page(11).type("s1", 0, "There. "))
    page = hall.page(11)
    page.doc.apply_update(entry.change)
    for _ in range(2):
        hall.room.absorb([entry], 0)
    assert len(updates(bens.frames)) == 1
    hall.send(ann, page.type("s1", 0, "Here. "))
    assert hall.commit() == 1
    assert "Here. There. I choose" in words(hall.state, *updates(bens.frames))


# Checkpoints


def test_a_checkpoint_changes_nothing_anybody_can_see() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    page = hall.page(11)
    hall.send(ann, page.type("s1", 0, "Before. "))
    hall.commit()
    checkpoint = hall.settle()
    hall.send(ann, page.type("s1", 0, "After. "))
    hall.commit()
    anns.take()
    hall.room.checkpointed(checkpoint)
    assert hall.room.checkpoint_seq == 1
    assert "After. Before. I choose" in words(hall.room.snapshot())
    hall.send(ann, page.type("s1", 0, "And on. "))
    assert hall.commit() == 1
    assert questions(anns.frames) == []


def test_an_older_checkpoint_and_one_of_another_generation_are_left_alone() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    old = hall.settle()
    hall.send(ann, hall.page(11).type("s1", 0, "New. "))
    hall.commit()
    new = hall.settle()
    hall.room.checkpointed(new)
    hall.room.checkpointed(old)
    assert (hall.room.checkpoint_seq, "New." in words(hall.room.snapshot())) == (1, True)
    hall.room.generation = 2
    hall.room.checkpoint_seq = 0
    hall.room.checkpointed(new)
    assert hall.room.checkpoint_seq == 0


# Readers that cannot keep up


def test_a_slow_reader_is_caught_up_from_the_room_and_others_do_not_wait() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    ben, bens = hall.enter(BEN, queue_limit=500)
    _, raes = hall.enter(RAE, may_write=False)
    bens.stuck = True
    page, written = hall.page(11), hall.page(12)
    hall.send(ben, written.type("s1", 0, "Ben. "))
    for number in range(40):
        hall.send(ann, page.type("s2", 0, f"{number} "))
        hall.commit()
    assert sum(map(len, bens.frames)) < 1_000
    assert len(updates(raes.frames)) == 40
    hall.room.catch_up(1, 30)
    assert ben.behind is not None
    bens.drain()
    hall.room.catch_up(2, 30)
    assert as_seen(hall.state, *updates(bens.frames)) == as_seen(hall.room.snapshot())
    assert receipts(bens.frames)[-1] == 1


def test_a_slow_reader_is_asked_again_for_what_waited_once_it_has_drained() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN, queue_limit=10)
    page = hall.page(11)
    anns.stuck = True
    hall.room.ask(ann, b"\x00", 0)
    hall.send(ann, page.type("s1", 0, "Waited. "))
    hall.room.reload(hall.opened(), 0)
    assert questions(anns.frames) == []
    anns.drain()
    hall.room.catch_up(1, 30)
    assert questions(anns.frames) == [hall.room.known.state_vector()]


def test_a_reader_that_never_drains_is_closed_after_a_while() -> None:
    hall = Hall()
    ann, _ = hall.enter(ANN)
    _, bens = hall.enter(BEN, queue_limit=10)
    bens.stuck = True
    hall.now = 5.0
    hall.send(ann, hall.page(11).type("s1", 0, "More than ten bytes. "))
    hall.commit()
    hall.room.catch_up(35, 30)
    assert bens.closed is None
    hall.room.catch_up(36, 30)
    assert bens.closed == (CloseCode.TOO_SLOW, "TooSlow")


def test_a_slow_reader_s_question_is_answered_when_it_has_drained() -> None:
    hall = Hall()
    ben, bens = hall.enter(BEN, queue_limit=10)
    bens.stuck = True
    for _ in range(100):
        hall.room.ask(ben, b"\x00", 0)
    assert len(bens.frames) == 1
    bens.drain()
    hall.room.catch_up(1, 30)
    assert as_seen(*updates(bens.frames)) == as_seen(hall.state)


# Who is here


def test_who_is_here_is_told_to_everybody_with_the_name_from_the_session() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    hall.room.hear(ann, wire.Presence(((7, 1, b'{"user": {"name": "Ben"}}'),)), 0)
    ours = hall.room.tell_presence(0)
    told = PresenceEntry(7, 1, {"user": {"id": "p-ann", "name": "Ann", "picture": None}})
    assert people(anns.frames) == people(bens.frames) == ours == [told]
    assert hall.room.tell_presence(0) == []
    hall.room.leave(ann)
    hall.room.tell_presence(0)
    assert people(bens.frames)[-1] == PresenceEntry(7, 1, None)


def test_who_asks_is_told_who_is_here() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    hall.room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    hall.room.ask_presence(ann, 0)
    assert [entry.client_id for entry in people(anns.frames)] == [7]


def test_presence_is_told_less_often_in_a_large_room_and_never_seldom() -> None:
    room = Hall().room
    room.readers = {reader(ANN)[0] for _ in range(100)}
    assert room.presence_pause(0.1) == pytest.approx(0.3)
    room.readers |= {reader(ANN)[0] for _ in range(4_000)}
    assert room.presence_pause(0.1) == 2.0


def test_an_author_who_has_left_is_not_written_to() -> None:
    hall = Hall()
    ann, anns = hall.enter(ANN)
    _, bens = hall.enter(BEN)
    hall.send(ann, hall.page(11).type("s1", 0, "Bye. "))
    hall.room.end(Stopping())
    hall.room.leave(ann)
    assert hall.commit() == 1
    assert updates(anns.frames) == updates(bens.frames) == []
    assert anns.closed == bens.closed == (CloseCode.SERVICE_RESTART, "Stopping")
