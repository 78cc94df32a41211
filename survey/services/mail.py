"""Hand a mail to the mail server: plain text, one person each, nothing of it in any log."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from survey.config import MailServer
from survey.errors import ElsewhereError, HailongError

PATIENCE = 20  # seconds


@dataclass(frozen=True)
class Mail:
    """One mail to one person; sent again it carries the same `mark`, by which mailboxes tell a copy."""

    to: str
    subject: str
    text: str
    mark: str


def send(server: MailServer, mail: Mail, *, now: datetime) -> None:
    """Send a mail.

    Raises ElsewhereError where later may help (`mail_server_away`, `mail_server_untrusted`) and HailongError where
    it will not (`mail_refused`, `mail_server_unfit`).
    """
    message = compose(server, mail, now=now)
    try:
        with _connected(server) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        # The exception names who was written to: what goes on from here is the number only.
        raise _refusal(next(code for code, _text in error.recipients.values())) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise HailongError("mail_server_unfit") from None
    except ssl.SSLError:
        raise ElsewhereError("mail_server_untrusted") from None
    except (smtplib.SMTPException, OSError):
        raise ElsewhereError("mail_server_away") from None


def compose(server: MailServer, mail: Mail, *, now: datetime) -> EmailMessage:
    """Write the headers and the body as the mail server gets them."""
    name, address = parseaddr(server.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.mark}@{address.partition('@')[2]}>"
    # No out-of-office notes, no delivery receipts with names in them.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    # Vietnamese letters are two or three bytes each: in base64 they pass through every mail server.
    message.set_content(mail.text, charset="utf-8", cte="base64")
    return message


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    # Certificates are those that the machine trusts; a province's own authority is added there.
    trusted = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=trusted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=trusted)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def _refusal(code: int) -> HailongError:
    """Tell by the number of the answer whether later may help (4xx, and 421 or 535 while somebody mends it)."""
    if code < 500 or code in (530, 534, 535):
        return ElsewhereError("mail_server_away", status=code)
    return HailongError("mail_refused", status=code)
