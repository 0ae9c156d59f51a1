"""A real mail server on this machine that keeps what it is given."""

import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from tests.support.programs import free_port


class Mailbox:
    """`with Mailbox() as mailbox:` serves at `mailbox.url`; `letters` are what arrived.

    `answer` is what it says to a letter; with `login`, (name, password) has to be right.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        answer: str = "250 OK",
    ) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.answer = answer
        self.host, self.port = host, free_port()
        self._login = login
        more: dict[str, Any] = {} if starttls is None else {"tls_context": starttls}
        if login is not None:
            more |= {"authenticator": self._authenticate, "auth_required": True}
        self._controller = Controller(self, hostname=host, port=self.port, ssl_context=tls, **more)

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def __enter__(self) -> "Mailbox":
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    async def handle_DATA(  # noqa: N802 -- the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        if self.answer.startswith("250"):
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.letters.append(parsed)
            self.recipients.extend(envelope.rcpt_tos)
        return self.answer

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given)
        return AuthResult(success=given == self._login)


def links_in(letter: EmailMessage) -> list[str]:
    """The links of a letter: each stands on a line of its own."""
    text = letter.get_content()
    return [line.strip() for line in text.splitlines() if line.startswith("http")]
