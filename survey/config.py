"""Settings: the only reader of the environment, checked once when the program starts."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SHORTEST_SECRET = 32
LONGEST_KEPT_DAYS = 3650


class SettingsError(ValueError):
    """A setting is missing or unusable; the message names the variable and the remedy."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in: TLS from the first byte (`smtps://`), by STARTTLS (`smtp://`), or none at all."""

    host: str
    port: int
    security: str  # "tls", "starttls" or "none"
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Webhook:
    """The province's own gateway, which hears of events; `offers_phones` lets it fetch a number, once, to tell
    a citizen that there is an answer (docs/decisions/0014).
    """

    url: str
    secret: str = field(repr=False)
    offers_phones: bool = False


@dataclass(frozen=True)
class Provider:
    """Where officers may sign in besides here: an OpenID Connect provider, and what this program is to it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = ""


@dataclass(frozen=True)
class Settings:
    """What may differ between two installations of the same program."""

    environment: str
    database_url: str
    owner_database_url: str
    secret_key: str
    base_url: str
    redis_url: str | None = None
    trusted_proxies: int = 0
    contact_days: int = 90
    text_days: int = 730
    mail_server: MailServer | None = None
    webhook: Webhook | None = None
    provider: Provider | None = None
    deadlines_file: Path | None = None

    @property
    def is_example(self) -> bool:
        return self.environment == "example"

    @property
    def is_secure(self) -> bool:
        """Whether cookies may insist on HTTPS: the address in the QR codes says so."""
        return self.base_url.startswith("https://")

    def key_for(self, purpose: str) -> bytes:
        """Derive a key for one purpose, so that what is signed for one can never serve another."""
        return hmac.digest(self.secret_key.encode(), f"hailong: {purpose}".encode(), "sha256")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read `HAILONG_…`; raise SettingsError rather than start with an unsafe value."""
        environment = environ.get("HAILONG_ENV", "production")
        if environment not in ("production", "example"):
            raise SettingsError(f"HAILONG_ENV là “{environment}”: hãy đặt production hoặc example.")
        instance = Path(environ.get("HAILONG_INSTANCE", PROJECT_FOLDER / "instance"))
        database_url = environ.get("HAILONG_DATABASE_URL") or f"sqlite:///{instance / 'hailong.sqlite3'}"
        base_url = environ.get("HAILONG_BASE_URL", "").rstrip("/")
        if not base_url:
            if environment == "production":
                raise SettingsError(
                    "Chưa đặt HAILONG_BASE_URL: địa chỉ in trong mã QR, ví dụ https://ykien.example.gov.vn"
                )
            base_url = "http://127.0.0.1:8000"
        if not base_url.startswith(("https://", "http://")):
            raise SettingsError(f"HAILONG_BASE_URL là “{base_url}”: phải bắt đầu bằng https:// hoặc http://")
        try:
            trusted_proxies = int(environ.get("HAILONG_TRUSTED_PROXIES", "0"))
            if trusted_proxies < 0:
                raise ValueError
        except ValueError:
            raise SettingsError("HAILONG_TRUSTED_PROXIES phải là số máy chủ trung gian, ví dụ 1.") from None
        return cls(
            environment=environment,
            database_url=database_url,
            owner_database_url=environ.get("HAILONG_OWNER_DATABASE_URL") or database_url,
            secret_key=_secret_key(environ, environment, instance),
            base_url=base_url,
            redis_url=environ.get("HAILONG_REDIS_URL") or None,
            trusted_proxies=trusted_proxies,
            contact_days=_days(environ, "HAILONG_CONTACT_DAYS", 90),
            text_days=_days(environ, "HAILONG_TEXT_DAYS", 730),
            mail_server=_mail_server(environ),
            webhook=_webhook(environ),
            provider=_provider(environ),
            deadlines_file=Path(environ["HAILONG_DEADLINES_FILE"])
            if environ.get("HAILONG_DEADLINES_FILE")
            else None,
        )


def _days(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_KEPT_DAYS:
        raise SettingsError(f"{name} là “{text}”: phải là số ngày từ 1 đến {LONGEST_KEPT_DAYS}.")
    return int(text)


def _secret(environ: Mapping[str, str], name: str) -> str:
    """Read a secret from the variable, or from the file that `…_FILE` names."""
    file_name = environ.get(f"{name}_FILE")
    if environ.get(name) or not file_name:
        return environ.get(name, "")
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"Không đọc được tệp {name}_FILE: {error}") from error


def _provider(environ: Mapping[str, str]) -> Provider | None:
    issuer = environ.get("HAILONG_OIDC_ISSUER", "")
    client_id = environ.get("HAILONG_OIDC_CLIENT_ID", "")
    client_secret = _secret(environ, "HAILONG_OIDC_CLIENT_SECRET")
    if not (issuer or client_id or client_secret):
        return None
    if not (issuer and client_id and client_secret):
        raise SettingsError(
            "Đăng nhập một lần cần đủ HAILONG_OIDC_ISSUER, HAILONG_OIDC_CLIENT_ID và "
            "HAILONG_OIDC_CLIENT_SECRET (hoặc HAILONG_OIDC_CLIENT_SECRET_FILE)."
        )
    address = urlsplit(issuer)
    if address.scheme != "https" and (address.scheme, address.hostname) != ("http", "127.0.0.1"):
        raise SettingsError(f"HAILONG_OIDC_ISSUER là “{issuer}”: phải bắt đầu bằng https://")
    return Provider(issuer, client_id, client_secret, environ.get("HAILONG_OIDC_NAME", ""))


def _secret_key(environ: Mapping[str, str], environment: str, instance: Path) -> str:
    key = _secret(environ, "HAILONG_SECRET_KEY")
    if not key and environment == "example":
        key = _example_key(instance / "example-secret-key")
    _refuse_short("HAILONG_SECRET_KEY", key)
    return key


def _refuse_short(name: str, secret: str) -> None:
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"Chưa đặt {name} (hoặc {name}_FILE), hoặc khoá ngắn hơn {SHORTEST_SECRET} ký tự. "
            "Tạo khoá bằng: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )


def _mail_server(environ: Mapping[str, str]) -> MailServer | None:
    """Read where mail goes; what the message shows never holds the password."""
    text = environ.get("HAILONG_SMTP_URL", "")
    if not text:
        return None
    example = "ví dụ smtp://nguoi-dung:mat-khau@mail.tinh.gov.vn:587 hoặc smtps://mail.tinh.gov.vn"
    parsed, port = _address("HAILONG_SMTP_URL", text, example)
    options = dict(parse_qsl(parsed.query))
    starttls = options.pop("starttls", "yes")
    if (
        parsed.scheme not in ("smtp", "smtps")
        or parsed.path.strip("/")
        or options
        or starttls not in ("yes", "no")
    ):
        raise SettingsError(
            f"HAILONG_SMTP_URL phải bắt đầu bằng smtp:// hoặc smtps://, {example}. "
            "Máy chủ thư trong mạng nội bộ không có TLS: thêm ?starttls=no vào cuối."
        )
    host = parsed.hostname or ""
    security = "tls" if parsed.scheme == "smtps" else "starttls" if starttls == "yes" else "none"
    if security == "none" and parsed.password and not is_loopback(host):
        raise SettingsError("HAILONG_SMTP_URL có mật khẩu mà lại tắt TLS (starttls=no): hãy bỏ một trong hai.")
    return MailServer(
        host=host,
        port=port or {"tls": 465, "starttls": 587, "none": 25}[security],
        security=security,
        sender=_sender(environ),
        user=unquote(parsed.username or ""),
        password=unquote(parsed.password or ""),
    )


def _sender(environ: Mapping[str, str]) -> str:
    sender = environ.get("HAILONG_MAIL_FROM", "").strip()
    _name, address = parseaddr(sender)
    local, _, domain = address.partition("@")
    if not local or "." not in domain or not sender.isprintable() or not address.isascii():
        raise SettingsError(
            "Đã đặt HAILONG_SMTP_URL thì phải đặt HAILONG_MAIL_FROM: địa chỉ gửi thư, "
            "ví dụ Hài Lòng <phan-anh@tinh.gov.vn>"
        )
    return sender


def _webhook(environ: Mapping[str, str]) -> Webhook | None:
    text = environ.get("HAILONG_WEBHOOK_URL", "")
    if not text:
        return None
    parsed, _port = _address("HAILONG_WEBHOOK_URL", text, "ví dụ https://cong-tin-nhan.tinh.gov.vn/hailong")
    if parsed.scheme != "https" and not (parsed.scheme == "http" and is_loopback(parsed.hostname or "")):
        raise SettingsError("HAILONG_WEBHOOK_URL phải bắt đầu bằng https:// (http:// chỉ dùng trên cùng máy).")
    if parsed.username or parsed.fragment:
        raise SettingsError("HAILONG_WEBHOOK_URL không được chứa tài khoản hay dấu #: chữ ký đã xác nhận nơi gửi.")
    secret = _secret(environ, "HAILONG_WEBHOOK_SECRET")
    _refuse_short("HAILONG_WEBHOOK_SECRET", secret)
    phones = environ.get("HAILONG_WEBHOOK_PHONES") or "no"
    if phones not in ("yes", "no"):
        raise SettingsError(f"HAILONG_WEBHOOK_PHONES là “{phones}”: hãy đặt yes hoặc no.")
    return Webhook(text, secret, offers_phones=phones == "yes")


def _address(name: str, text: str, example: str) -> tuple[SplitResult, int | None]:
    """Take an address apart; what it says may hold a password, so a message names only the variable."""
    try:
        parsed = urlsplit(text)
        port = parsed.port
    except ValueError:
        raise SettingsError(f"{name} không đọc được: {example}") from None
    if not parsed.hostname or port == 0:
        raise SettingsError(f"{name} thiếu tên máy chủ hoặc cổng không đúng: {example}")
    return parsed, port


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _example_key(path: Path) -> str:
    """Keep one random key for the example, so that its printed links and sessions survive a restart."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
