"""The settings of an installation: read from the environment and a `.env` file, checked, and shown with their origin."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from config.sentence import LANGUAGE, Sentence

PREFIX = "DVK_"
ENV_FILE = ".env"
SECRET_FILE = "secret_key"  # noqa: S105 - the name of a file, not a secret
DATABASE_FILE = "dvk.db"
MASK = "••••••"
# Deadlines end at 24:00 of this zone whatever the machine is set to; not a setting.
TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")

Origin = Literal["mặc định", "môi trường", ".env", "tệp"]

_UNSHOWN = ("secret_key", "database_url", "rate_limit_storage", "smtp_password")
_RATE = re.compile(r"[1-9]\d{0,4} per ([1-9]\d{0,3} )?(second|minute|hour|day)s?", re.IGNORECASE)
_STORAGE = re.compile(r"memory://|(rediss?|memcached)://\S+")
_DATABASES = ("sqlite", "postgresql")
_PUBLIC_URL = re.compile(r"https?://[^\s/?#]+[^\s?#]*")
_SENDER = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):(.*)@")
_PASSWORD_ARGUMENT = re.compile(r"([?&](?:password|sslpassword)=)[^&]*", re.IGNORECASE)


class SettingsInvalid(Exception):
    """At least one setting cannot be used; `messages` has one sentence for each, naming its variable."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages
        super().__init__("\n".join(messages))


def _default_database(found: dict[str, Any]) -> str:
    """The SQLite file in the data folder; `found` holds the settings before this one that are right."""
    return f"sqlite:///{found.get('data_dir', Path()) / DATABASE_FILE}"


class Settings(BaseSettings):
    """Built by `load_settings`; every default is right in production and may be public."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Path("var")
    database_url: str = Field(default_factory=_default_database)
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=1, le=65535)
    session_idle_minutes: int = Field(default=60, ge=1, le=24 * 60)
    session_absolute_hours: int = Field(default=12, ge=1, le=24 * 30)
    sign_in_limit: str = "10 per 15 minutes"
    rate_limit_storage: str = "memory://"
    cookie_secure: bool = False
    proxy_hops: int = Field(default=0, ge=0, le=10)
    max_upload_mb: int = Field(default=20, ge=1, le=1024)
    sqlite_synchronous: Literal["FULL", "NORMAL"] = "FULL"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # The address under which people reach the pages; links in mails begin with it. Empty: host and port.
    public_url: str = ""
    # Empty: no mail is sent, what people are told stands in their inbox.
    smtp_host: str = ""
    # Empty: 587, with TLS from the first byte 465, without TLS 25.
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_timeout_seconds: int = Field(default=15, ge=1, le=120)
    # "Ban Dân vận <danvan@example.vn>" or the bare address; needed as soon as there is an smtp_host.
    mail_from: str = ""
    # What stands behind the @ of a Message-ID. Empty: that of mail_from.
    mail_domain: str = ""
    # 0: as fast as the mail server takes them.
    mail_per_minute: int = Field(default=0, ge=0, le=100_000)
    # Schemes of apprise addresses people may be reached at, such as "zalo tgram"; none unless somebody who knows them says so.
    other_channels: str = ""
    keep_draft_reports_days: int = Field(default=400, ge=30, le=36_500)

    _from: dict[str, Origin] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` hands over: it reads the sources itself to know where each value came from."""
        return (init_settings,)

    @field_validator("public_url")
    @classmethod
    def _readable_address(cls, value: str) -> str:
        if value and not _PUBLIC_URL.fullmatch(value.strip()):
            raise ValueError(Sentence("phải là http://… hoặc https://…, không có khoảng trắng"))
        return value.strip().rstrip("/")

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, value: str) -> str:
        if (value.strip() and not _SENDER.fullmatch(parseaddr(value)[1])) or not value.isprintable():
            raise ValueError(Sentence("phải viết như “Ban Dân vận <danvan@example.vn>”"))
        return value.strip()

    @field_validator("mail_domain")
    @classmethod
    def _plain_domain(cls, value: str) -> str:
        if value and not _DOMAIN.fullmatch(value.strip()):
            raise ValueError(Sentence("phải là một tên miền, viết như “danvan.example.vn”"))
        return value.strip()

    @field_validator("other_channels")
    @classmethod
    def _schemes(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9 ]*", value.strip()):
            raise ValueError(Sentence("phải là các tên kênh cách nhau bằng dấu cách, viết như “zalo tgram”"))
        return value.strip()

    @model_validator(mode="after")
    def _sender_for_mail(self) -> Settings:
        if self.smtp_host and not self.mail_from:
            raise ValueError(Sentence("DVK_MAIL_FROM: cần địa chỉ người gửi khi có DVK_SMTP_HOST"))
        return self

    @field_validator("smtp_security", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("sqlite_synchronous", "log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("sign_in_limit")
    @classmethod
    def _readable_rate(cls, value: str) -> str:
        if not _RATE.fullmatch(value.strip()):
            raise ValueError(Sentence("phải viết như “10 per 15 minutes”"))
        return value.strip()

    @field_validator("rate_limit_storage")
    @classmethod
    def _known_storage(cls, value: str) -> str:
        if not _STORAGE.fullmatch(value.strip()):
            raise ValueError(Sentence("phải là memory://, redis://… hoặc memcached://…"))
        return value.strip()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        scheme = value.partition("://")[0].partition("+")[0]
        if "://" not in value or scheme not in _DATABASES:
            raise ValueError(Sentence("phải bắt đầu bằng sqlite:/// hoặc postgresql+psycopg://"))
        # SQLAlchemy would otherwise look for the older driver, which is not installed.
        return re.sub(r"^postgresql://", "postgresql+psycopg://", value)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def site(self) -> str:
        """The address of the pages without a slash at its end."""
        return self.public_url or f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def message_domain(self) -> str:
        """What stands behind the @ of every Message-ID of this installation."""
        return self.mail_domain or parseaddr(self.mail_from)[1].rpartition("@")[2] or "danvankheo.invalid"

    @property
    def secret_file(self) -> Path:
        return self.data_dir / SECRET_FILE

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * 1024 * 1024


def load_settings(env: Mapping[str, str] | None = None, env_file: Path | str | None = ENV_FILE) -> Settings:
    """The settings of this process; the environment wins over the `.env` file.

    `env` replaces the environment of the process (for tests and tools). Raises SettingsInvalid with every wrong value.
    """
    from_file = _read_env_file(env_file)
    source = EnvSettingsSource(Settings)
    if env is not None:
        source.env_vars = {name.lower(): value for name, value in env.items() if value != ""}
    from_environment = source()
    try:
        settings = Settings(**{**from_file, **from_environment})
    except ValidationError as error:
        raise SettingsInvalid(
            [_sentence(fault, from_environment) for fault in error.errors(include_url=False)]
        ) from error
    settings._from.update(dict.fromkeys(from_file, ".env"))
    settings._from.update(dict.fromkeys(from_environment, "môi trường"))
    return settings


def unknown_variables(
    env: Mapping[str, str] | None = None, env_file: Path | str | None = ENV_FILE
) -> list[tuple[str, str | None]]:
    """Names that begin with DVK_ but are no setting, each with the known name that is most like it: most are misspelt."""
    written = set(os.environ if env is None else env)
    if env_file is not None:
        written |= {
            name.upper()
            for name in DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8-sig").env_vars
        }
    known = [*(variable(name) for name in Settings.model_fields), LANGUAGE]
    return [
        (name, next(iter(get_close_matches(name, known, n=1)), None))
        for name in sorted(written - set(known))
        if name.startswith(PREFIX)
    ]


def _read_env_file(env_file: Path | str | None) -> dict[str, object]:
    if env_file is None:
        return {}
    try:
        found = DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8-sig")()
    except UnicodeDecodeError as error:
        raise SettingsInvalid(
            [Sentence("Tệp %(file)s không phải UTF-8; hãy lưu lại với mã UTF-8.", file=env_file)]
        ) from error
    except OSError as error:
        raise SettingsInvalid(
            [
                Sentence(
                    "Không đọc được tệp %(file)s (%(why)s); hãy kiểm tra quyền đọc.", file=env_file, why=error.strerror
                )
            ]
        ) from error
    return {name: value for name, value in found.items() if name in Settings.model_fields}


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: the one set, else the one kept in the data folder, made on first use (mode 0600).

    Two processes that start together end up with the same key: the file appears whole or not at all.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    target = settings.secret_file
    try:
        if not target.exists():
            _make_secret(target)
        key = target.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = Sentence(
            "Không đọc hay tạo được khóa bí mật %(file)s; hãy kiểm tra quyền ghi thư mục hoặc đặt DVK_SECRET_KEY.",
            file=target,
        )
        raise SettingsInvalid([message]) from error
    if len(key) < 32:
        raise SettingsInvalid(
            [Sentence("Khóa trong %(file)s ngắn hơn 32 ký tự; hãy xóa tệp này để tạo khóa mới.", file=target)]
        )
    return key


def _make_secret(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, target)
        except FileExistsError:
            return  # the other process was first; its key is the one
    finally:
        draft.unlink()


def origins(settings: Settings) -> list[tuple[str, str, Origin]]:
    """Every setting as (variable, value with secrets masked, where it came from), in the order of the class."""
    shown: list[tuple[str, str, Origin]] = []
    for name in Settings.model_fields:
        origin: Origin = settings._from.get(name, "mặc định")
        value = str(getattr(settings, name))
        if name in ("database_url", "rate_limit_storage"):
            value = mask_password(value)
        elif name == "secret_key":
            if settings.secret_key is not None:
                value = MASK
            elif settings.secret_file.exists():
                value, origin = MASK, "tệp"
            else:
                value = Sentence("(sẽ tạo khi chạy lần đầu)")
        elif isinstance(getattr(settings, name), SecretStr):
            value = MASK
        elif getattr(settings, name) is None:
            value = ""
        elif isinstance(getattr(settings, name), bool):
            value = Sentence("có") if getattr(settings, name) else Sentence("không")
        shown.append((variable(name), value, origin))
    return shown


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def mask_password(url: str) -> str:
    """A database address without its password, wherever the password is written."""
    return _PASSWORD_ARGUMENT.sub(rf"\1{MASK}", _PASSWORD.sub(rf"\1:{MASK}@", url))


def _sentence(fault: ErrorDetails, from_environment: Mapping[str, object]) -> Sentence:
    if not fault["loc"]:
        # About several settings at once: the sentence names them itself.
        return Sentence("%(rule)s.", rule=_rule(fault))
    name = str(fault["loc"][0])
    where = Sentence("biến môi trường") if name in from_environment else Sentence("tệp .env")
    if name in _UNSHOWN:
        return Sentence(
            "%(name)s: %(rule)s. Hãy sửa trong %(where)s.", name=variable(name), rule=_rule(fault), where=where
        )
    return Sentence(
        "%(name)s: đang là “%(given)s”, %(rule)s. Hãy sửa trong %(where)s.",
        name=variable(name),
        given=fault["input"],
        rule=_rule(fault),
        where=where,
    )


def _rule(fault: ErrorDetails) -> Sentence:
    """What the value must be, in Vietnamese, from pydantic's kind of error."""
    context = fault.get("ctx", {})
    match fault["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return Sentence("phải là số nguyên")
        case "greater_than_equal":
            return Sentence("phải từ %(least)s trở lên", least=context["ge"])
        case "less_than_equal":
            return Sentence("không được quá %(most)s", most=context["le"])
        case "bool_parsing" | "bool_type":
            return Sentence("phải là true hoặc false")
        case "literal_error":
            allowed = str(context["expected"]).replace(" or ", ", ").replace("'", "")
            return Sentence("phải là một trong: %(allowed)s", allowed=allowed)
        case "too_short" | "string_too_short":
            return Sentence("phải dài ít nhất %(least)s ký tự", least=context["min_length"])
        case "value_error":
            why = context["error"].args[0]
            return why if isinstance(why, Sentence) else Sentence(str(why))
        case _:
            return Sentence("không dùng được (%(why)s)", why=fault["msg"])
