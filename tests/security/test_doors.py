"""What every way in keeps to, asked of all of them: forms, headers, redirects, cookies, logs."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.settings import Settings
from server.web.middleware import safe_headers
from tests.support.forms import forms_of
from tests.support.ways import address_of, ask, form_for, ways_in
from tests.support.world import FORM, Visit, visit

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "client" / "templates").rglob("*.html"))
EVIL = "evil.example"
SECURE = "https://charter.example"
# Ends the session of who asks: asked last, or by somebody else.
_ENDS = ("/sign-out", "/me/delete", "/leave", "/end", "/hand-over", "/set-up/")
# Marks that run or show something from within a page.
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visit(tmp_path / "data") as there:
        await there.show("everybody")
        yield there


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[Visit]:
    """The same, reached by https."""
    async with visit(tmp_path / "data", public_url=SECURE) as there:
        yield there


def posts(there: Visit) -> list[str]:
    return [name for name in ways_in(there.app) if name.startswith("POST ")]


def gets(there: Visit) -> list[str]:
    return [name for name in ways_in(there.app) if name.startswith("GET ")]


async def refusal(there: Visit, name: str, token: str, **headers: str) -> str:
    """What is said to a form that is not right."""
    # Versions are brought in by organisers of another group.
    browser = there.browser("other" if "bring-in" in name else "organiser")
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    answer = await browser.post(
        address_of(name, there, "organiser"),
        data={"form_token": token},
        headers={"accept": "application/json", **named},
    )
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return answer.json()["kind"] if is_json else f"{answer.status_code}"


# Forms


async def test_no_form_is_taken_without_its_token(there: Visit) -> None:
    taken = [name for name in posts(there) if await refusal(there, name, "") != "FormExpired"]
    assert not taken


async def test_no_form_is_taken_with_the_token_of_somebody_else(there: Visit) -> None:
    told = {name: await refusal(there, name, "a" * 32) for name in posts(there)}
    assert set(told.values()) == {"FormExpired"}, told


async def test_no_form_is_taken_from_another_site(there: Visit) -> None:
    told = {}
    for name in posts(there):
        told[name] = {
            await refusal(there, name, FORM, origin=f"https://{EVIL}"),
            await refusal(there, name, FORM, origin="null"),
            await refusal(there, name, FORM, sec_fetch_site="cross-site"),
        }
    assert {kind for kinds in told.values() for kind in kinds} == {"WrongOrigin"}, told


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_every_form_of_every_template_has_the_token(file: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", file.read_text("utf-8"), re.DOTALL):
        if 'method="post"' in form:
            assert "form_token()" in form
        elif 'method="get"' in form:
            assert "form_token" not in form, "the token would stand in the address"


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_no_template_has_a_script_or_a_style_within(file: Path) -> None:
    assert not INLINE.findall(file.read_text("utf-8"))


# Pages


async def test_every_page_keeps_to_its_headers(there: Visit) -> None:
    settings: Settings = there.app.state.settings
    for name in gets(there):
        for asker in ("organiser", "out"):
            answer = await ask(name, there, asker)
            for header, value in safe_headers(settings).items():
                # A picture of a person has a stricter one of its own.
                its_own = header == "content-security-policy" and "/faces/" in name
                if header != "cache-control" and not its_own:
                    assert answer.headers[header] == value, (name, header)
            assert "server" not in answer.headers
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert answer.headers["cache-control"] == "no-store", name


async def test_no_page_has_a_script_or_a_style_within(there: Visit) -> None:
    for name in gets(there):
        page = await there.browser("organiser").get(address_of(name, there, "organiser"))
        if page.headers.get("content-type", "").startswith("text/html"):
            assert not INLINE.findall(page.text), name
            for form in forms_of(page.text):
                assert form.method == "get" or "form_token" in form.fields, name


async def test_no_way_sends_back_what_it_was_asked(there: Visit) -> None:
    """TRACE would show a script the headers that it must not see."""
    browser = there.browser("organiser")
    for name in gets(there):
        traced = await browser.request("TRACE", address_of(name, there, "organiser"))
        assert traced.status_code == 405, name
        assert there.world.secrets["organiser"] not in traced.text


# Somewhere else


async def test_nobody_is_sent_to_another_site(there: Visit) -> None:
    """Whatever fields, addresses and headers name: we only ever lead to our own pages."""
    wanted = dict.fromkeys(("next", "from", "back", "to", "return", "url"), f"//{EVIL}/")
    headers = {"referer": f"https://{EVIL}/", "x-forwarded-host": EVIL}
    for name in ways_in(there.app):
        browser = there.browser("ada" if any(end in name for end in _ENDS) else "organiser")
        address = address_of(name, there, "organiser")
        if name.startswith("GET "):
            answer = await browser.get(address, params=wanted, headers=headers)
        else:
            form = await form_or_none(name, there)
            answer = await browser.post(address, data={**form, **wanted}, headers=headers)
        assert stays(answer), (name, answer.headers["location"])


async def form_or_none(name: str, there: Visit) -> dict[str, str]:
    """The form of a way; only its token where an earlier one took the form away."""
    try:
        return await form_for(name, there, "organiser")
    except AssertionError:
        return {"form_token": FORM}


def stays(answer: httpx.Response) -> bool:
    place = answer.headers.get("location")
    return place is None or re.match(r"/(?![/\\])", place) is not None


async def test_a_slash_too_many_leads_to_our_own_page(there: Visit) -> None:
    answer = await there.browser("out").get("/come-in/", headers={"host": EVIL})
    assert EVIL not in answer.headers.get("location", "")


async def test_links_name_our_own_address_whatever_was_asked_for(there: Visit) -> None:
    for name in ways_in(there.app):
        if name.startswith("GET "):
            answer = await there.browser("organiser").get(
                address_of(name, there, "organiser"), headers={"host": EVIL}
            )
        elif "invite" in name:
            form = await form_for(name, there, "organiser")
            answer = await there.browser("organiser").post(
                address_of(name, there, "organiser"), data=form, headers={"host": EVIL}
            )
        else:
            continue
        assert EVIL not in answer.text, name


# Cookies


async def test_every_cookie_is_ours_alone_on_https(secure: Visit) -> None:
    """`__Host-`: only we set it, only https carries it, no script reads it."""
    seen = set()
    for name in ways_in(secure.app):
        if any(end in name for end in _ENDS) and "set-up" not in name:
            continue
        for asker in ("out", "organiser"):
            browser = secure.browser(asker)
            browser.cookies.delete("__Host-our_charter_form")
            browser.cookies.set("__Host-our_charter_form", FORM)
            if name.startswith("GET "):
                answer = await browser.get(address_of(name, secure, asker))
            else:
                form = await form_or_none(name, secure)
                answer = await browser.post(address_of(name, secure, asker), data=form)
            for cookie in answer.headers.get_list("set-cookie"):
                said = cookie.lower()
                assert cookie.startswith("__Host-"), (name, cookie)
                assert "; secure" in said, (name, cookie)
                assert "; httponly" in said, (name, cookie)
                assert "; samesite=lax" in said, (name, cookie)
                assert "; path=/" in said, (name, cookie)
                assert "domain=" not in said, (name, cookie)
                seen.add(cookie.partition("=")[0])
    assert "__Host-our_charter" in seen


async def test_a_session_that_somebody_planted_is_not_taken_over(there: Visit) -> None:
    browser = there.browser("out")
    browser.cookies.set("our_charter", "planted-by-somebody-else")
    answer = await ask("POST /come-in/{token}", there, "out")
    (cookie,) = [
        line for line in answer.headers.get_list("set-cookie") if line.startswith("our_charter=")
    ]
    assert "planted" not in cookie


# Secrets


async def test_no_secret_is_written_to_the_log(
    there: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every way in is asked, with its secrets in addresses, forms and cookies."""
    named = ("invitation", "card", "invitation_code", "card_code", "link", "set_up")
    secrets = {FORM, *there.world.secrets.values(), *(there.world.ids[name] for name in named)}
    for name in ways_in(there.app):
        browser = there.browser("out")
        address = address_of(name, there, "out")
        if name.startswith("GET "):
            await browser.get(address)
            await browser.get(address + "x")
        else:
            await browser.post(address, data=await form_or_none(name, there))
        await ask("GET /", there, "organiser")
    told = capsys.readouterr()
    assert "answered" in told.out
    assert not [secret for secret in secrets if secret in told.out + told.err]


def test_the_secret_of_the_server_is_not_in_what_settings_show() -> None:
    shown = repr(
        Settings(
            secret="the-secret-of-the-server",
            smtp_url="smtps://us:password@mail.example",
            database_url="postgresql://us:password@db.example/charter",
            redis_url="redis://us:password@redis.example",
        )
    )
    assert "the-secret" not in shown
    assert "password" not in shown
