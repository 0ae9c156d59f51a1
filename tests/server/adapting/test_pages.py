import pytest

from server.adapting.pages import routes


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/charters/x/editions/1/make-our-own", "POST"),
        ("/charters/x/update", "POST"),
        ("/charters/x/update/s1", "POST"),
        ("/charters/x/update/s1/undo", "POST"),
        ("/charters/x/share/s1", "POST"),
        ("/charters/x/shared", "GET"),
        ("/charters/x/offers", "GET"),
        ("/charters/x/offers/o1", "POST"),
    ],
)
def test_every_page_is_found(path: str, method: str) -> None:
    scope = {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}
    assert any(route.matches(scope)[0].value == 2 for route in routes)
