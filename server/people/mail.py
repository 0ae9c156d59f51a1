"""Sending e-mail: after the answer, in the background, so that nobody waits for a mail server."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server import logs
from server.errors import BadSetting, WrongField
from server.people.letters import Letter
from server.people.rules import tidy_email
from server.settings import Settings

log = logs.logger(__name__)

# Instead of a mail server: letters are printed where the server runs, for trying things out.
CONSOLE = "console:"
_PORTS = {"smtps": 465, "smtp": 587}
_LOCAL = {"localhost", "127.0.0.1", "::1"}
# How long a mail server may take over one letter, and how long a server that stops waits for it.
_PATIENCE = 20.0
_STOPPING = 5.0
# More at once would only pile up: a mail server that hangs must not fill our memory.
_MOST_AT_ONCE = 500


class MailServer(NamedTuple):
    """Where letters are handed in. `tls`: from the first byte; `starttls`: before anything else."""

    host: str
    port: int
    name: str | None
    password: str | None
    tls: bool
    starttls: bool


class Post:
    """Sends letters, and does what must not make an answer slower. Made once, in app.py."""

    def __init__(self, settings: Settings, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._from = settings.mail_from
        self._prints = settings.smtp_url == CONSOLE
        self._server: MailServer | None = None
        if settings.smtp_url is not None and not self._prints:
            self._server = mail_server(settings.smtp_url)
            if self._from is None:
                raise BadSetting("OUR_CHARTER_MAIL_FROM must say where our e-mails come from.")
            try:
                tidy_email(self._from)
            except WrongField:
                raise BadSetting("OUR_CHARTER_MAIL_FROM is not an e-mail address.") from None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def can_send(self) -> bool:
        """Whether e-mail can be sent, by what is set."""
        return self._prints or self._server is not None

    def soon(self, work: Callable[[], Awaitable[None]]) -> None:
        """Have this done in the background. A failure is logged, without what it was about."""
        if len(self._tasks) >= _MOST_AT_ONCE:
            log.warning("mail_not_sent", reason="too much waits")
            return
        task = asyncio.create_task(self._done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def send_soon(self, letter: Letter) -> None:
        """Send a letter in the background."""
        self.soon(lambda: self.send(letter))

    async def send(self, letter: Letter) -> None:
        """Send a letter now. Raises what the mail server or the network says."""
        if self._prints:
            print(f"\nE-mail to {letter.to}: {letter.subject}\n\n{letter.text}", flush=True)
            return
        server = self._server
        if server is None:
            return
        await aiosmtplib.send(
            self._message(letter),
            hostname=server.host,
            port=server.port,
            username=server.name,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.starttls,
            tls_context=self._context,
            timeout=_PATIENCE,
        )

    async def rest(self) -> None:
        """Wait until everything that was begun is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Give what was begun a moment, then stop."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOPPING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _done(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(2 * _PATIENCE):
                await work()
        except (aiosmtplib.SMTPException, OSError) as error:
            # What a mail server answers holds the address that it was about: only its number.
            code = getattr(error, "code", None)
            log.warning("mail_not_sent", reason=type(error).__name__, code=code)
        except Exception as error:
            log.error("mail_mistake", reason=type(error).__name__)

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        assert self._from is not None  # noqa: S101 -- there is a server only with it
        message["From"] = self._from
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._from.rpartition("@")[2])
        # Holiday answers and the like stay away.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def mail_server(url: str) -> MailServer:
    """What `smtps://name:password@host:port` says, or `smtp://…`: then STARTTLS is a must.

    Only on this machine may letters go without. Raises BadSetting.
    """
    wrong = BadSetting("OUR_CHARTER_SMTP_URL must be like smtps://name:password@mail.example.org.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise wrong
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        name=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=not tls and parts.hostname not in _LOCAL,
    )
