import io

import pytest
import segno

from server.people.coming_in.codes import grouped, hash_of_code, new_code, read_code, square_of

LINK = "https://charter.example/come-in/" + "a" * 43


def test_a_code_has_60_random_bits_in_letters_that_cannot_be_mistaken() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {12}
    # All 32 letters in all 12 places.
    assert all(len({code[place] for code in codes}) == 32 for place in range(12))
    assert not set("".join(codes)) & set("ILOU")


def test_a_code_is_shown_in_three_parts() -> None:
    assert grouped("K7MQ4QXT2PDN") == "K7MQ-4QXT-2PDN"


@pytest.mark.parametrize(
    "typed",
    [
        "K1MQ-4QX0-2PDN",
        "k1mq4qx02pdn",
        " K1MQ 4QX0 2PDN ",
        "KIMQ-4QXO-2PDN",
        "klmq_4qxo.2pdn",
        "K1MQ–4QX0—2PDN",
        "Ｋ1MQ-4QX0-2PDN",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "K1MQ4QX02PDN"


@pytest.mark.parametrize(
    "typed",
    ["", "-", "K1MQ-4QX0", "K1MQ-4QX0-2PDN-1", "K1MQ-4QX0-2PDU", "K1MQ-4QX0-2PDé", "x" * 10**6],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_the_hash_of_a_code_hangs_on_the_secret() -> None:
    code = new_code()
    assert hash_of_code(b"one", code) == hash_of_code(b"one", code)
    assert hash_of_code(b"one", code) != hash_of_code(b"another", code)


def test_the_square_is_black_on_white_without_styles_or_scripts() -> None:
    drawn = square_of(LINK)
    assert drawn.startswith("<svg ")
    assert 'fill="#fff"' in drawn
    assert 'stroke="#000"' in drawn
    for unsafe in ("style", "script", "href", "on", LINK):
        assert unsafe not in drawn.replace('version="', "")


def test_the_square_holds_the_link_with_room_around_it() -> None:
    expected = io.StringIO()
    made = segno.make(LINK, error="m", micro=False)
    made.save(expected, kind="txt", border=4)
    modules = len(expected.getvalue().splitlines())
    assert f'viewBox="0 0 {modules} {modules}"' in square_of(LINK)
