"""Pictures that people put in, made anew: small, square, upright, and with nothing else in them.

A file is judged by what is in it, never by its name or by what a browser calls it. Only what Pillow
reads as JPEG, PNG, WebP or GIF is taken; its first picture is drawn afresh, so that no place, date,
colour profile or bytes behind the picture are left.

Decoders are C code that strangers feed. So this runs as a process of its own (`uploads.py`), which
limits its memory and processor time, knows no settings and no database, and can be ended: a thread
that overruns could not be.
"""

import os
import resource
import signal
import sys
import warnings
from io import BytesIO

from PIL import Image, ImageOps

from server.errors import NotAPicture, PictureTooLarge

SIDE = 256
MEDIA_TYPE = "image/webp"
# As sent, and as drawn: a telephone's picture has up to 50 million points.
FILE_BYTES = 12 * 1024 * 1024
MOST_POINTS = 50_000_000
_LONGEST_SIDE = 16_000
_QUALITY = 85
# A JPEG is decoded at a fraction of its size where that is enough.
_ENOUGH = SIDE * 2

_SIGNS = {
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "WEBP": (b"RIFF",),
}
_ORIENTATION = 0x0112

# The process
MEMORY = 768 * 1024 * 1024
SECONDS = 6
DONE, TOO_LARGE, NO_PICTURE = 0, 3, 4


def make_face(body: bytes) -> bytes:
    """The picture in a file, as a WebP of 256 × 256 points.

    Raises NotAPicture, and PictureTooLarge for one of too many bytes or points.
    """
    if len(body) > FILE_BYTES:
        raise PictureTooLarge
    kinds = [kind for kind, signs in _SIGNS.items() if body.startswith(signs)]
    if not kinds:
        raise NotAPicture
    try:
        with warnings.catch_warnings():
            # What Pillow warns of (very many points) is judged by us, before anything is drawn.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(body), formats=kinds) as image:
                return _drawn(image)
    except PictureTooLarge:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise PictureTooLarge from None
    except Exception:
        # A damaged file makes decoders raise whatever comes; each means the same.
        raise NotAPicture from None


def _drawn(image: Image.Image) -> bytes:
    width, height = image.size
    if width * height > MOST_POINTS or max(width, height) > _LONGEST_SIDE:
        raise PictureTooLarge
    turn = _orientation(image)
    image.draft("RGB", (_ENOUGH, _ENOUGH))  # of a JPEG; others stay as they are
    image.load()  # the first picture alone: those of an animation are never counted
    width, height = image.size
    short = min(width, height)
    left, top = (width - short) / 2, (height - short) / 2
    see_through = "transparency" in image.info or image.mode in {"RGBA", "LA", "PA"}
    plain = image.convert("RGBA" if see_through else "RGB")
    small = plain.resize(
        (SIDE, SIDE), Image.Resampling.LANCZOS, (left, top, left + short, top + short)
    )
    # A new picture knows nothing of the old one but its points.
    clean = Image.new(small.mode, small.size)
    clean.paste(small)
    clean.getexif()[_ORIENTATION] = turn
    upright = ImageOps.exif_transpose(clean)
    upright.info.clear()
    out = BytesIO()
    upright.save(out, "WEBP", quality=_QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        return 1  # it cannot be read: the picture is shown as it is
    return turn if turn in range(1, 9) else 1


def main() -> None:
    """Read a file from standard input, and write the picture to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        face = make_face(sys.stdin.buffer.read(FILE_BYTES + 1))
    except PictureTooLarge:
        sys.exit(TOO_LARGE)
    except NotAPicture:
        sys.exit(NO_PICTURE)
    with out:
        out.write(face)


if __name__ == "__main__":
    main()
