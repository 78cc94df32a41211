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
        {"HAILONG_OIDC_ISSUER": "https://sso.example.gov.vn"},
        PROVIDER | {"HAILONG_OIDC_CLIENT_SECRET": ""},
        PROVIDER | {"HAILONG_OIDC_CLIENT_SECRET": "", "HAILONG_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"},
        PROVIDER | {"HAILONG_OIDC_ISSUER": "http://sso.example.gov.vn"},
    ],
)
def test_unusable_values_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        Settings.from_environment(PRODUCTION | change)


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


def test_single_sign_on_is_off_until_it_is_set_whole(tmp_path: Path) -> None:
    assert Settings.from_environment(PRODUCTION).provider is None
    given = Settings.from_environment(PRODUCTION | PROVIDER | {"HAILONG_OIDC_NAME": "Cổng cán bộ"}).provider
    assert given == Provider("https://sso.example.gov.vn", "hailong", "secret", "Cổng cán bộ")
    (tmp_path / "secret").write_text("from a file\n")
    file = {"HAILONG_OIDC_CLIENT_SECRET": "", "HAILONG_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    read = Settings.from_environment(PRODUCTION | PROVIDER | file).provider
    assert read is not None
    assert read.client_secret == "from a file"
