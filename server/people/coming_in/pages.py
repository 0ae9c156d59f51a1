"""Pages of coming in and of inviting, all together; and signing out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.people import audit
from server.people.coming_in import card_pages, door_pages
from server.people.coming_in import link_pages as coming_in_pages
from server.people.coming_in.invitations import forget_presses
from server.people.coming_in.sign_in_links import forget_links
from server.people.sessions import sign_out
from server.people.signing_in import session_of, signed_out
from server.people.telling import permits_changed
from server.web.forms import read_form


async def end_session(request: Request) -> Response:
    """Sign this device out."""
    await read_form(request)
    secret = session_of(request)
    if secret is not None:
        async with request.app.state.store.session() as session:
            person_id = await sign_out(session, secret)
            if person_id is not None:
                await forget_presses(session, person_id)
                await forget_links(session, person_id)
                audit.record(session, audit.What.SIGNED_OUT, by=person_id)
                permits_changed(session, request.app.state.bus)
    return signed_out(request)


routes = [
    # Before the links to come in, whose addresses could be these as well.
    *door_pages.routes,
    *coming_in_pages.routes,
    *card_pages.routes,
    Route("/sign-out", end_session, methods=["POST"]),
]
