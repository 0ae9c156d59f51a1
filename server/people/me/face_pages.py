"""A picture of one's own: the page that takes it, and the address that shows it."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.errors import NotFilledIn, PictureTooLarge, Refusal, UnknownPage
from server.people.asking import asking_wholly
from server.people.me import uploads
from server.people.me.faces import FILE_BYTES
from server.people.me.pages import page, to_my_page
from server.people.permits import Who
from server.people.pictures import FACES
from server.store import Store
from server.web.forms import read_form
from server.web.limits import Limits

# What a form sends besides the file, in bytes.
_ROOM = 100_000
_ALONE = {
    # Opened by itself, the picture is in a box: it runs nothing and is nobody's page.
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": 'inline; filename="picture.webp"',
    "x-content-type-options": "nosniff",
}


async def show_photo(request: Request) -> Response:
    """The form that takes a picture."""
    asking_wholly(request)
    return page(request, "people/me_photo.html", {})


async def take_photo(request: Request) -> Response:
    """Make a picture of what was sent. Its name on the device is of no use to us."""
    who = asking_wholly(request)
    limits: Limits = request.app.state.limits
    await limits.check("upload", who.person_id)
    try:
        body = await _body(request)
        await limits.count("upload", who.person_id)
        face = await uploads.made_anew(body)
    except Refusal as wrong:
        if wrong.status not in {413, 415, 422}:
            raise
        return page(request, "people/me_photo.html", {"wrong": wrong.sentence}, wrong.status)
    store: Store = request.app.state.store
    async with store.session() as session:
        await uploads.keep(session, who, face)
    return to_my_page("picture")


async def show_face(request: Request) -> Response:
    """A person's own picture, to who may see it; to others as if it were not there."""
    who: Who | None = request.state.who
    store: Store = request.app.state.store
    async with store.reading() as session:
        row = await uploads.find(session, request.path_params["id"], who)
    if row is None or who is None:
        raise UnknownPage
    # A browser asks each time whether it may still show it, and need not get it again.
    tag = f'"{row.id}"'
    cache = "no-store" if who.shared_device else "private, no-cache"
    headers = {**_ALONE, "etag": tag, "cache-control": cache}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(row.content, media_type=row.media_type, headers=headers)


async def _body(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    # A form that does not say how long it is might never end.
    if not length.isdecimal() or not 0 < int(length) <= FILE_BYTES + _ROOM:
        raise PictureTooLarge
    form = await read_form(request, files=1)
    try:
        upload = form.get("photo")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise NotFilledIn("Please choose a picture.")
        return await upload.read(FILE_BYTES + 1)
    finally:
        await form.close()


routes = [
    Route("/me/photo", show_photo),
    Route("/me/photo", take_photo, methods=["POST"]),
    Route(f"{FACES}/{{id}}", show_face),
]
