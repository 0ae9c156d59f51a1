import pytest

from server.errors import TooSlow, Trouble
from server.live import wire
from tests.server.live.sinks import news, reader, receipts


def vector() -> bytes:
    return b"\x00"


FRAME = wire.frame(wire.encode_update(b"\x00\x00"))


def test_what_is_sent_is_written_at_once() -> None:
    ann, sink = reader()
    assert not ann.send(FRAME, 0, vector)
    assert len(sink.frames) == 1


def test_a_line_that_cannot_keep_up_is_sent_no_more() -> None:
    ann, sink = reader(queue_limit=2 * len(FRAME))
    sink.stuck = True
    assert [ann.send(FRAME, now, vector) for now in range(5)] == [False, False, True, False, False]
    assert len(sink.frames) == 3
    assert (ann.behind, ann.behind_since) == (b"\x00", 2)


def test_a_closed_line_is_sent_nothing() -> None:
    ann, sink = reader()
    ann.end(TooSlow())
    assert not ann.send(FRAME, 0, vector)
    ann.news("people")
    assert sink.frames == []


def test_a_line_is_closed_once_with_the_first_reason() -> None:
    ann, sink = reader()
    ann.end(TooSlow())
    ann.end(Trouble())
    assert sink.closed == (TooSlow.close, "TooSlow")


def test_a_receipt_is_given_once() -> None:
    ann, sink = reader()
    ann.durable = 3
    sink.write(ann.receipt())
    assert ann.receipt() == b""
    assert receipts(sink.frames) == [3]


def test_who_did_not_ask_for_receipts_and_news_gets_none() -> None:
    ann, sink = reader()
    ann.tells_saved = ann.tells_news = False
    ann.durable = 3
    ann.news("people")
    assert (ann.receipt(), sink.frames) == (b"", [])


def test_who_asked_for_news_gets_it() -> None:
    ann, sink = reader()
    ann.news("stopping")
    assert news(sink.frames) == ["stopping"]


@pytest.mark.parametrize(("gap_at", "certain"), [(None, 9), (4, 4)])
def test_nothing_after_a_gap_is_certain(gap_at: int | None, certain: int) -> None:
    ann, _ = reader()
    ann.received, ann.gap_at = 9, gap_at
    assert ann.certain() == certain
