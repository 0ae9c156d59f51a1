"""All pages of our own versions."""

from server.adapting import bringing_pages, hiding_pages, offer_pages, update_pages, version_pages

routes = [
    *version_pages.routes,
    *bringing_pages.routes,
    *update_pages.routes,
    *offer_pages.routes,
    *hiding_pages.routes,
]
