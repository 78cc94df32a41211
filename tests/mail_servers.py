"""A real mail server on this machine: it takes mail over the network and keeps it for the test to read."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from survey.config import MailServer

from serving import free_port

SENDER = "Hài Lòng <phan-anh@tinh.example.vn>"


@dataclass
class Mailbox:
    """What arrived, and how the server answers: `answer` replaces its "250 OK" to a recipient."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answer: str = ""
    signed_in: list[str] = field(default_factory=list)

    def settings(self, **changes: object) -> MailServer:
        """How the program is told of this server."""
        values: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "sender": SENDER,
        }
        return MailServer(**(values | changes))  # type: ignore[arg-type]

    def of(self, address: str) -> list[EmailMessage]:
        """The mails that went to one person."""
        return [mail for mail in self.mails if mail["To"] == address]

    def text(self) -> str:
        """All that was written, decoded."""
        return "\n".join(f"{mail['Subject']}\n{mail.get_content()}" for mail in self.mails)

    async def handle_RCPT(  # noqa: N802  the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or answer as the test wishes."""
        if not self.answer:
            envelope.rcpt_tos.append(address)
        return self.answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.raw.append(envelope.content)
        self.mails.append(message)
        return "250 OK"


@contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: bool = False, auth: bool = False
) -> Iterator[Mailbox]:
    """Run a mail server until the block ends."""
    box = Mailbox(port=free_port())

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        box.signed_in.append(given.login.decode())
        return AuthResult(success=given.password == b"mat khau", handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        ssl_context=tls if tls and not starttls else None,
        tls_context=tls if starttls else None,
        require_starttls=starttls,
        auth_required=auth,
        authenticator=check if auth else None,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate of 127.0.0.1: its file, for who shall trust it, and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return public, context
