"""All pages of our own versions."""

from server.adapting import version_pages

routes = [*version_pages.routes]
