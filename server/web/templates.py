"""Pages from templates: Jinja with GOV.UK's macros, and what every page shows.

Templates are in `client/templates/<feature>/`; `base.html` lists its blocks.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    select_autoescape,
)
from starlette.requests import Request
from starlette.responses import HTMLResponse

from server.settings import Settings, bundled
from server.web import languages
from server.web.assets import Assets
from server.web.dates import in_words, there
from server.web.forms import FormToken


class Templates:
    """Renders pages. Made once, in app.py, and kept as `app.state.templates`."""

    def __init__(
        self, settings: Settings, assets: Assets | None = None, folder: Path | None = None
    ) -> None:
        self.settings = settings
        self.assets = assets or Assets(bundled("client", "dist"))
        self.environment = Environment(
            loader=ChoiceLoader(
                [
                    FileSystemLoader(folder or bundled("client", "templates")),
                    PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
                ]
            ),
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters |= {"in_words": self._in_words, **languages.FILTERS}
        self.environment.globals |= {
            "asset": self.assets.tags,
            "help_name": settings.help_name,
            "help_contact": settings.help_contact,
            "help_link": _link_to(settings.help_contact),
            "language_of_pages": languages.PAGES,
        }

    def page(
        self,
        request: Request,
        name: str,
        values: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        """The page `name` with these values; every page also has `who`, `path`, `form_token`."""
        token = FormToken(request, self.settings)
        text = self.environment.get_template(name).render(
            {
                "who": getattr(request.state, "who", None),
                "path": request.url.path,
                "form_token": token,
                **(values or {}),
            }
        )
        response = HTMLResponse(text, status)
        token.remember(response)
        return response

    def _in_words(self, day: date, language: str = "en") -> str:
        """A day, or the day on which a moment was for the people here."""
        if isinstance(day, datetime):
            day = there(day, self.settings.time_zone)
        return in_words(day, language)


def _link_to(contact: str | None) -> str | None:
    """Where a press on the contact leads: a page, an e-mail, a telephone; None for other words."""
    if contact is None:
        return None
    if contact.startswith(("https://", "http://")):
        return contact
    if "@" in contact and " " not in contact:
        return f"mailto:{contact}"
    digits = contact.replace(" ", "")
    return f"tel:{digits}" if digits.lstrip("+").isdigit() else None
