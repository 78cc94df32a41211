"""Settings: safe defaults, and a refusal to start that says what to set."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from survey.config import Provider, Settings, SettingsError

PRODUCTION = {"HAILONG_BASE_URL": "https://ykien.example.gov.vn", "HAILONG_SECRET_KEY": "k" * 32}

PROVIDER = {
    "HAILONG_OIDC_ISSUER": "https://sso.example.gov.vn",
    "HAILONG_OIDC_CLIENT_ID": "hailong",
    "HAILONG_OIDC_CLIENT_SECRET": "secret",
}


MAIL = {"HAILONG_SMTP_URL": "smtps://mail.example.gov.vn", "HAILONG_MAIL_FROM": "Hài Lòng <ykien@example.gov.vn>"}
WEBHOOK = {"HAILONG_WEBHOOK_URL": "https://gateway.example.gov.vn/hailong", "HAILONG_WEBHOOK_SECRET": "w" * 32}


def test_production_is_the_default_and_insists_on_secure_cookies() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert not settings.is_example
    assert settings.is_secure
    assert settings.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("missing", "named"), [("HAILONG_SECRET_KEY", "HAILONG_SECRET_KEY"), ("HAILONG_BASE_URL", "HAILONG_BASE_URL")]
)
def test_production_refuses_to_start_without(missing: str, named: str) -> None:
    environ = {key: value for key, value in PRODUCTION.items() if key != missing}
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    "change",
    [
        {"HAILONG_SECRET_KEY": "short"},
        {"HAILONG_BASE_URL": "ykien.example.gov.vn"},
        {"HAILONG_ENV": "staging"},
        {"HAILONG_TRUSTED_PROXIES": "two"},
        {"HAILONG_TRUSTED_PROXIES": "-1"},
        {"HAILONG_CONTACT_DAYS": "0"},
        {"HAILONG_CONTACT_DAYS": "ninety"},
        {"HAILONG_TEXT_DAYS": "99999"},
        {"HAILONG_SECRET_KEY": "", "HAILONG_SECRET_KEY_FILE": "/nowhere/key"},
        {"HAILONG_SMTP_URL": "smtps://mail.example.gov.vn"},  # no sender
        {"HAILONG_SMTP_URL": "smtps://mail.example.gov.vn", "HAILONG_MAIL_FROM": "nobody"},
        MAIL | {"HAILONG_SMTP_URL": "http://mail.example.gov.vn"},
        MAIL | {"HAILONG_SMTP_URL": "smtp://mail.example.gov.vn:port"},
        MAIL | {"HAILONG_SMTP_URL": "smtp://mail.example.gov.vn?starttls=maybe"},
        MAIL | {"HAILONG_SMTP_URL": "smtp://a:secret@mail.example.gov.vn?starttls=no"},
        WEBHOOK | {"HAILONG_WEBHOOK_SECRET": "short"},
        WEBHOOK | {"HAILONG_WEBHOOK_URL": "http://gateway.example.gov.vn"},
        WEBHOOK | {"HAILONG_WEBHOOK_URL": "https://user:secret@gateway.example.gov.vn"},
        WEBHOOK | {"HAILONG_WEBHOOK_PHONES": "maybe"},
        {"HAILONG_OIDC_ISSUER": "https://sso.example.gov.vn"},
        PROVIDER | {"HAILONG_OIDC_CLIENT_SECRET": ""},
        PROVIDER | {"HAILONG_OIDC_CLIENT_SECRET": "", "HAILONG_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"},
        PROVIDER | {"HAILONG_OIDC_ISSUER": "http://sso.example.gov.vn"},
    ],
)
def test_unusable_values_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(PRODUCTION | change)
    assert "secret@" not in str(refused.value)


def test_key_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s" * 40 + "\n")
    environ = PRODUCTION | {"HAILONG_SECRET_KEY": "", "HAILONG_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert Settings.from_environment(environ).secret_key == "s" * 40


def test_example_keeps_one_random_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    environ = {"HAILONG_ENV": "example", "HAILONG_INSTANCE": str(tmp_path)}
    first, second = (Settings.from_environment(environ) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    mode = (tmp_path / "example-secret-key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtps://mail.example.gov.vn", "mail.example.gov.vn", 465, "tls"),
        ("smtp://mail.example.gov.vn", "mail.example.gov.vn", 587, "starttls"),
        ("smtp://mail.example.gov.vn:25?starttls=no", "mail.example.gov.vn", 25, "none"),
        ("smtp://127.0.0.1?starttls=no", "127.0.0.1", 25, "none"),
    ],
)
def test_mail_goes_out_under_tls_unless_told_otherwise(url: str, host: str, port: int, security: str) -> None:
    server = Settings.from_environment(PRODUCTION | MAIL | {"HAILONG_SMTP_URL": url}).mail_server
    assert server is not None
    assert (server.host, server.port, server.security) == (host, port, security)


def test_secrets_of_notices_are_read_whole_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("w" * 40 + "\n")
    environ = PRODUCTION | MAIL | WEBHOOK
    environ |= {"HAILONG_SMTP_URL": "smtp://hai%40long:p%3Ass%2Fword@mail.example.gov.vn"}
    environ |= {"HAILONG_WEBHOOK_SECRET": "", "HAILONG_WEBHOOK_SECRET_FILE": str(tmp_path / "secret")}
    settings = Settings.from_environment(environ)
    assert settings.mail_server is not None
    assert settings.webhook is not None
    assert (settings.mail_server.user, settings.mail_server.password) == ("hai@long", "p:ss/word")
    assert settings.webhook.secret == "w" * 40
    assert not settings.webhook.offers_phones
    assert "p:ss/word" not in repr(settings)
    assert "w" * 40 not in repr(settings)


def test_without_addresses_nothing_is_sent() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert (settings.mail_server, settings.webhook) == (None, None)


def test_single_sign_on_is_off_until_it_is_set_whole(tmp_path: Path) -> None:
    assert Settings.from_environment(PRODUCTION).provider is None
    given = Settings.from_environment(PRODUCTION | PROVIDER | {"HAILONG_OIDC_NAME": "Cổng cán bộ"}).provider
    assert given == Provider("https://sso.example.gov.vn", "hailong", "secret", "Cổng cán bộ")
    (tmp_path / "secret").write_text("from a file\n")
    file = {"HAILONG_OIDC_CLIENT_SECRET": "", "HAILONG_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    read = Settings.from_environment(PRODUCTION | PROVIDER | file).provider
    assert read is not None
    assert read.client_secret == "from a file"
