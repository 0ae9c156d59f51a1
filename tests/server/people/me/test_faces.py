"""Pictures that strangers send: what is taken, what is refused, and what is left of them."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from server.errors import NotAPicture, PictureTooLarge, Refusal
from server.people.me import faces
from server.people.me.faces import make_face

SECRET = b"zebraquartz"


def drawn(size: tuple[int, int] = (400, 300), mode: str = "RGB") -> Image.Image:
    """The left half red, the right half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def sent(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def face_of(body: bytes) -> Image.Image:
    image = Image.open(BytesIO(make_face(body)))
    image.load()
    return image


def colour(image: Image.Image, x: int, y: int) -> str:
    red, _, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return "red" if red > blue else "blue"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_comes_out_is_a_small_square_webp(kind: str) -> None:
    face = face_of(sent(drawn(), kind))
    assert (face.format, face.size) == ("WEBP", (256, 256))
    assert (colour(face, 20, 128), colour(face, 235, 128)) == ("red", "blue")


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "P"), ("PNG", "I;16"), ("JPEG", "CMYK")])
def test_other_ways_to_write_colours_are_read_too(kind: str, mode: str) -> None:
    image = drawn(mode="L").convert("I;16") if mode == "I;16" else drawn(mode=mode)
    assert face_of(sent(image, kind)).size == (256, 256)


def test_what_can_be_seen_through_stays_so() -> None:
    image = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    assert face_of(sent(image, "PNG")).mode == "RGBA"


@pytest.mark.parametrize(
    ("turn", "at_the_top"), [(1, None), (3, None), (6, "red"), (8, "blue"), (99, None)]
)
def test_a_picture_taken_sideways_is_turned_upright(turn: int, at_the_top: str | None) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    face = face_of(sent(drawn(), "JPEG", exif=exif))
    if at_the_top is None:
        left = "blue" if turn == 3 else "red"
        assert colour(face, 20, 128) == left
    else:
        assert colour(face, 128, 20) == at_the_top
        assert colour(face, 128, 235) != at_the_top


def test_where_and_when_it_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    body = sent(drawn(), "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET, xmp=SECRET)
    assert SECRET in body
    made = make_face(body)
    assert SECRET not in made
    for sign in (b"EXIF", b"Exif", b"ICCP", b"XMP "):
        assert sign not in made
    assert not Image.open(BytesIO(made)).getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_that_stands_behind_a_picture_survives(kind: str) -> None:
    page = b"<html><script>alert(1)</script>" + SECRET
    body = sent(drawn(), kind) + page + b"PK\x03\x04" + SECRET
    made = make_face(body)
    assert SECRET not in made
    assert b"<script" not in made


def test_only_the_first_of_many_pictures_is_taken() -> None:
    frames = [drawn(), *(Image.new("RGB", (400, 300), "green") for _ in range(40))]
    body = sent(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert colour(face_of(body), 20, 128) == "red"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><title>x</title>",
        b"%PDF-1.7\n",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 64,
        b"<html>" + sent(drawn(), "JPEG"),
        sent(drawn(), "BMP"),
        sent(drawn(), "TIFF"),
        sent(drawn(), "ICO"),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_picture_of_these_kinds_is_refused(body: bytes) -> None:
    with pytest.raises(NotAPicture):
        make_face(body)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_half_a_picture_is_refused(kind: str) -> None:
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    body = sent(noise, kind)
    for part in (2, 4, 50):
        with pytest.raises(Refusal):
            make_face(body[: len(body) // part])


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be this large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 8_000), (20_000, 10), (10, 20_000)])
def test_a_picture_of_too_many_points_is_not_even_drawn(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "load", None)
    with pytest.raises(PictureTooLarge):
        make_face(png_that_says(*size))


def test_a_file_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(PictureTooLarge):
        make_face(sent(drawn(), "PNG") + b"\x00" * faces.FILE_BYTES)
