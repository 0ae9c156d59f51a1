import asyncio
import ssl
import subprocess
from pathlib import Path

import aiosmtplib
import pytest
from structlog.testing import capture_logs

from server.errors import BadSetting
from server.people import letters
from server.people.letters import Letter
from server.people.mail import CONSOLE, MailServer, Post, mail_server
from server.settings import Settings
from tests.support.mailbox import Mailbox, links_in
from tests.support.programs import free_port

FROM = "charter@charter.example"
LINK = "https://charter.example/come-back/" + "s" * 43
LETTER = letters.sign_in("ben@example.org", [("Ŵyn", LINK)])
# Not one of the names of this machine itself, though it is.
ELSEWHERE = "127.0.0.2"


def post(url: str, context: ssl.SSLContext | None = None) -> Post:
    return Post(Settings(smtp_url=url, mail_from=FROM), context)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, with its key."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    key = file.with_name("key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost"),
            *("-addext", f"subjectAltName=IP:127.0.0.1,IP:{ELSEWHERE}"),
            *("-keyout", str(key), "-out", str(file)),
        ],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + key.read_text())
    return file


@pytest.fixture
def theirs(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def ours(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.example", MailServer("mail.example", 465, None, None, True, False)),
        ("smtp://mail.example", MailServer("mail.example", 587, None, None, False, True)),
        ("smtp://mail.example:25", MailServer("mail.example", 25, None, None, False, True)),
        ("smtp://localhost:25", MailServer("localhost", 25, None, None, False, False)),
        ("smtp://[::1]:25", MailServer("::1", 25, None, None, False, False)),
        (
            "smtps://ann%40mail.example:p%3Ass@mail.example:1465",
            MailServer("mail.example", 1465, "ann@mail.example", "p:ss", True, False),
        ),
    ],
)
def test_a_mail_server_is_named_by_its_address(url: str, server: MailServer) -> None:
    assert mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.devon.example",
        "http://ann:word@devon.example",
        "smtp://ann:word@",
        "smtp://ann:word@devon.example:port",
    ],
)
def test_what_is_no_mail_server_is_told_without_the_password(url: str) -> None:
    with pytest.raises(BadSetting) as refused:
        post(url)
    assert "OUR_CHARTER_SMTP_URL" in refused.value.sentence
    assert "devon" not in refused.value.sentence
    assert "word@" not in refused.value.sentence.replace("name:password@", "")


@pytest.mark.parametrize("sender", [None, "charter", "a@b.example\nBcc: c@d.example"])
def test_e_mail_needs_an_address_that_it_comes_from(sender: str | None) -> None:
    with pytest.raises(BadSetting) as refused:
        Post(Settings(smtp_url="smtp://localhost", mail_from=sender))
    assert "OUR_CHARTER_MAIL_FROM" in refused.value.sentence


async def test_without_a_mail_server_nothing_is_sent() -> None:
    silent = Post(Settings())
    assert not silent.can_send
    await silent.send(LETTER)


async def test_a_letter_arrives_as_plain_text() -> None:
    with Mailbox() as mailbox:
        sending = post(mailbox.url)
        assert sending.can_send
        sending.send_soon(LETTER)
        await sending.rest()
    (letter,) = mailbox.letters
    assert mailbox.recipients == ["ben@example.org"]
    assert (letter["From"], letter["To"]) == (FROM, "ben@example.org")
    assert letter["Subject"] == "Your link to come in"
    assert letter.get_content_type() == "text/plain"
    assert "Come in as Ŵyn:" in letter.get_content()
    assert links_in(letter) == [LINK]


async def test_nobody_writes_lines_of_their_own_into_the_head_of_a_letter() -> None:
    with Mailbox() as mailbox:
        sending = post(mailbox.url)
        sending.send_soon(Letter("ben@example.org", "Come in\r\nBcc: eve@example.org", "Hello"))
        sending.send_soon(Letter("ben@example.org\r\nBcc: eve@example.org", "Come in", "Hello"))
        await sending.rest()
    (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Come in Bcc: eve@example.org"
    assert mailbox.recipients == ["ben@example.org"]


async def test_it_signs_in_where_the_mail_server_asks_for_it(
    theirs: ssl.SSLContext, ours: ssl.SSLContext
) -> None:
    with Mailbox(ELSEWHERE, starttls=theirs, login=("ann", "pass:word")) as mailbox:
        await post(f"smtp://ann:pass%3Aword@{ELSEWHERE}:{mailbox.port}", ours).send(LETTER)
    assert mailbox.logins == [("ann", "pass:word")]
    assert len(mailbox.letters) == 1


async def test_smtps_is_secret_from_the_first_byte(
    theirs: ssl.SSLContext, ours: ssl.SSLContext
) -> None:
    with Mailbox(tls=theirs) as mailbox:
        await post(f"smtps://127.0.0.1:{mailbox.port}", ours).send(LETTER)
    assert len(mailbox.letters) == 1


async def test_another_machine_has_to_speak_starttls(
    theirs: ssl.SSLContext, ours: ssl.SSLContext
) -> None:
    with Mailbox(ELSEWHERE, starttls=theirs) as mailbox:
        await post(mailbox.url, ours).send(LETTER)
    assert len(mailbox.letters) == 1
    with Mailbox(ELSEWHERE) as open_to_all, pytest.raises(aiosmtplib.SMTPException):
        await post(open_to_all.url, ours).send(LETTER)
    assert open_to_all.letters == []


async def test_a_certificate_that_nobody_vouches_for_gets_no_letter(
    theirs: ssl.SSLContext,
) -> None:
    with (
        Mailbox(ELSEWHERE, starttls=theirs) as mailbox,
        pytest.raises((aiosmtplib.SMTPException, OSError)),
    ):
        await post(mailbox.url).send(LETTER)
    assert mailbox.letters == []


async def test_what_could_not_be_sent_is_logged_without_addresses_and_secrets() -> None:
    with Mailbox(answer="550 ben@example.org is unknown here") as mailbox:
        refusing, nobody = post(mailbox.url), post(f"smtp://name:word@localhost:{free_port()}")
        with capture_logs() as lines:
            for sending in (refusing, nobody):
                sending.send_soon(LETTER)
                await sending.rest()
    assert [line["event"] for line in lines] == ["mail_not_sent"] * 2
    assert lines[0]["code"] == 550
    for secret in ("ben", "example.org", "s" * 43, "word"):
        assert secret not in str(lines)


async def test_a_mistake_in_the_background_is_logged_and_hurts_nobody() -> None:
    async def mistake() -> None:
        raise ValueError("ben@example.org")

    sending = Post(Settings())
    with capture_logs() as lines:
        sending.soon(mistake)
        await sending.rest()
    assert lines[0]["event"] == "mail_mistake"
    assert "ben" not in str(lines)


async def test_a_mail_server_that_hangs_fills_no_memory_and_holds_up_no_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.people.mail._MOST_AT_ONCE", 2)
    monkeypatch.setattr("server.people.mail._STOPPING", 0)
    ended: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    sending = Post(Settings())
    with capture_logs() as lines:
        for _ in range(3):
            sending.soon(hang)
        await asyncio.sleep(0)
        await sending.aclose()
    assert ended == ["ended"] * 2
    assert lines == [{"event": "mail_not_sent", "reason": "too much waits", "log_level": "warning"}]


async def test_to_try_things_out_letters_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    printing = Post(Settings(smtp_url=CONSOLE))
    assert printing.can_send
    printing.send_soon(LETTER)
    await printing.rest()
    printed = capsys.readouterr().out
    assert "E-mail to ben@example.org: Your link to come in" in printed
    assert LINK in printed.splitlines()
