"""Mail reaches a real mail server as written, only over a connection that is to be trusted."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import pytest

from survey.config import TIME_ZONE
from survey.errors import ElsewhereError, HailongError
from survey.services.mail import Mail, send

from mail_servers import certificate, mail_server
from serving import free_port

NOW = datetime(2026, 8, 14, 9, 30, tzinfo=TIME_ZONE)
MAIL = Mail(
    to="hoa@phuong.example.vn",
    subject="Có phản ánh mới cần xử lý trước ngày 25/11/2026",
    text="Kính gửi Ông/Bà,\n\nCó phản ánh mới đang chờ Ông/Bà xử lý, và hạn trả lời là ngày 25/11/2026.\n",
    mark="0f" * 16,
)


def test_vietnamese_arrives_whole_and_every_line_is_plain_ascii_on_the_way() -> None:
    with mail_server() as box:
        send(box.settings(), MAIL, now=NOW)
    (mail,) = box.mails
    assert (mail["Subject"], mail["To"]) == (MAIL.subject, MAIL.to)
    assert mail["From"] == "Hài Lòng <phan-anh@tinh.example.vn>"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == f"<{MAIL.mark}@tinh.example.vn>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text
    assert box.raw[0].isascii()
    assert max(len(line) for line in box.raw[0].splitlines()) <= 78


def test_nothing_smuggles_a_second_recipient_into_the_headers() -> None:
    with mail_server() as box:
        with pytest.raises(ValueError, match=r"[Aa]ddr|CR|LF"):
            send(box.settings(), Mail("a@b.vn\r\nBcc: c@d.vn", "x", "y", "1"), now=NOW)
        assert box.mails == []


def test_starttls_with_a_password_and_a_certificate_that_the_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context, starttls=True, auth=True) as box:
        send(box.settings(security="starttls", user="hailong", password="mat khau"), MAIL, now=NOW)
    assert (len(box.mails), box.signed_in) == (1, ["hailong"])


def test_tls_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context) as box:
        send(box.settings(security="tls"), MAIL, now=NOW)
    assert len(box.mails) == 1


def test_a_server_with_an_unknown_certificate_or_without_starttls_gets_neither_password_nor_mail(
    tmp_path: Path,
) -> None:
    _file, context = certificate(tmp_path)
    with mail_server(tls=context, starttls=True, auth=True) as box:
        with pytest.raises(ElsewhereError, match="mail_server_untrusted"):
            send(box.settings(security="starttls", user="hailong", password="mat khau"), MAIL, now=NOW)
        assert (box.mails, box.signed_in) == ([], [])
    with mail_server() as box:
        with pytest.raises(HailongError, match="mail_server_unfit"):
            send(box.settings(security="starttls", user="hailong", password="mat khau"), MAIL, now=NOW)
        assert box.mails == []


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ("450 busy", ElsewhereError, "mail_server_away"),
        ("550 no such user hoa@phuong.example.vn", HailongError, "mail_refused"),
    ],
)
def test_a_refusal_says_whether_to_try_again_and_never_who_it_was_for(
    answer: str, error: type[HailongError], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server() as box:
        box.answer = answer
        with pytest.raises(error) as refused:
            send(box.settings(), MAIL, now=NOW)
    assert type(refused.value) is error
    assert refused.value.code == code
    assert "hoa@" not in repr(refused.value)
    assert refused.value.__cause__ is None
    ours = [record for record in caplog.records if record.name.startswith("hailong")]
    assert "hoa@" not in " ".join(record.getMessage() for record in ours)


def test_a_wrong_password_and_a_server_that_is_away_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context, starttls=True, auth=True) as box:
        with pytest.raises(ElsewhereError, match="mail_server_away"):
            send(box.settings(security="starttls", user="hailong", password="sai"), MAIL, now=NOW)
        assert box.mails == []
    with pytest.raises(ElsewhereError, match="mail_server_away"):
        send(box.settings(port=free_port()), MAIL, now=NOW)
