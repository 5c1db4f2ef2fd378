"""Settings: where each value comes from, what a wrong one says, and how the secret key is made and kept."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import (
    MASK,
    Settings,
    SettingsInvalid,
    load_settings,
    mask_password,
    origins,
    secret_key,
    unknown_variables,
)


def shown(settings: Settings) -> dict[str, tuple[str, str]]:
    return {name: (value, origin) for name, value, origin in origins(settings)}


def refusal(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(env, env_file=None)
    return caught.value.messages


def test_defaults_keep_everything_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/dvk.db"
    assert (settings.host, settings.port, settings.sqlite_synchronous) == ("127.0.0.1", 8080, "FULL")
    assert {origin for _, origin in shown(settings).values()} == {"mặc định"}
    assert not settings.data_dir.exists()


def test_environment_wins_over_env_file_and_both_are_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text('\ufeffDVK_PORT=9000\nDVK_HOST="0.0.0.0"\nDVK_LOG_LEVEL=\nOTHER=1\n', encoding="utf-8")
    settings = load_settings({"DVK_PORT": "9100", "DVK_MAX_UPLOAD_MB": ""}, env_file)
    table = shown(settings)
    assert table["DVK_PORT"] == ("9100", "môi trường")
    assert table["DVK_HOST"] == ("0.0.0.0", ".env")  # noqa: S104 - a value, nothing listens
    assert table["DVK_LOG_LEVEL"] == ("INFO", "mặc định")
    assert settings.max_upload_bytes == 20 * 1024 * 1024


def test_process_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DVK_DATA_DIR", str(tmp_path / "kho"))
    assert load_settings(env_file=None).data_dir == tmp_path / "kho"


def test_every_wrong_value_is_told_at_once_naming_its_variable() -> None:
    messages = refusal(
        {
            "DVK_PORT": "abc",
            "DVK_PROXY_HOPS": "11",
            "DVK_LOG_LEVEL": "loud",
            "DVK_COOKIE_SECURE": "maybe",
            "DVK_SIGN_IN_LIMIT": "nhiều",
            "DVK_RATE_LIMIT_STORAGE": "file:///tmp",
            "DVK_SESSION_IDLE_MINUTES": "0",
        }
    )
    assert sorted(messages) == [
        "DVK_COOKIE_SECURE: đang là “maybe”, phải là true hoặc false. Hãy sửa trong biến môi trường.",
        "DVK_LOG_LEVEL: đang là “LOUD”, phải là một trong: DEBUG, INFO, WARNING, ERROR. Hãy sửa trong biến môi trường.",
        "DVK_PORT: đang là “abc”, phải là số nguyên. Hãy sửa trong biến môi trường.",
        "DVK_PROXY_HOPS: đang là “11”, không được quá 10. Hãy sửa trong biến môi trường.",
        "DVK_RATE_LIMIT_STORAGE: phải là memory://, redis://… hoặc memcached://…. Hãy sửa trong biến môi trường.",
        "DVK_SESSION_IDLE_MINUTES: đang là “0”, phải từ 1 trở lên. Hãy sửa trong biến môi trường.",
        "DVK_SIGN_IN_LIMIT: đang là “nhiều”, phải viết như “10 per 15 minutes”. Hãy sửa trong biến môi trường.",
    ]


def test_wrong_value_of_env_file_names_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DVK_PORT=0\n", encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=r"tệp \.env"):
        load_settings({}, env_file)


def test_wrong_secret_or_address_is_never_repeated() -> None:
    messages = refusal({"DVK_SECRET_KEY": "ngan", "DVK_DATABASE_URL": "mysql://u:geheim@may/db"})
    assert messages == [
        "DVK_DATABASE_URL: phải bắt đầu bằng sqlite:/// hoặc postgresql+psycopg://. Hãy sửa trong biến môi trường.",
        "DVK_SECRET_KEY: phải dài ít nhất 32 ký tự. Hãy sửa trong biến môi trường.",
    ]


def test_env_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes("DVK_HOST=“xã”".encode("utf-16-le"))
    with pytest.raises(SettingsInvalid, match="UTF-8"):
        load_settings({}, env_file)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("sqlite:////kho/dvk.db", "sqlite:////kho/dvk.db"),
        ("postgresql+psycopg://dvk@may/db", "postgresql+psycopg://dvk@may/db"),
        ("postgresql+psycopg://dvk:bi-mat@may/db", f"postgresql+psycopg://dvk:{MASK}@may/db"),
        ("postgresql+psycopg://dvk:a:b@c@may/db", f"postgresql+psycopg://dvk:{MASK}@may/db"),
        (
            "postgresql+psycopg:///db?host=/tmp&password=x&a=1",
            f"postgresql+psycopg:///db?host=/tmp&password={MASK}&a=1",
        ),
    ],
)
def test_password_of_an_address_is_masked(url: str, masked: str) -> None:
    assert mask_password(url) == masked


def test_postgresql_address_gets_the_driver_that_is_installed() -> None:
    settings = load_settings({"DVK_DATABASE_URL": "postgresql://dvk:bi-mat@may/db"}, None)
    assert settings.database_url == "postgresql+psycopg://dvk:bi-mat@may/db"
    assert shown(settings)["DVK_DATABASE_URL"] == (f"postgresql+psycopg://dvk:{MASK}@may/db", "môi trường")


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    env = {"DVK_DATA_DIR": str(tmp_path / "kho")}
    before = shown(load_settings(env, None))["DVK_SECRET_KEY"]
    first = secret_key(load_settings(env, None))
    again = load_settings(env, None)
    assert before == ("(sẽ tạo khi chạy lần đầu)", "mặc định")
    assert len(first) >= 32
    assert secret_key(again) == first
    assert stat.S_IMODE(again.secret_file.stat().st_mode) == 0o600
    assert shown(again)["DVK_SECRET_KEY"] == (MASK, "tệp")
    assert [entry.name for entry in again.data_dir.iterdir()] == ["secret_key"]


def test_secret_key_made_by_many_at_once_is_one(tmp_path: Path) -> None:
    settings = load_settings({"DVK_DATA_DIR": str(tmp_path)}, None)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(32)))
    assert len(keys) == 1


def test_secret_key_from_the_environment_is_used_and_never_shown(tmp_path: Path) -> None:
    key = "k" * 40
    settings = load_settings({"DVK_DATA_DIR": str(tmp_path), "DVK_SECRET_KEY": key}, None)
    assert secret_key(settings) == key
    assert shown(settings)["DVK_SECRET_KEY"] == (MASK, "môi trường")
    assert key not in repr(settings)
    assert list(tmp_path.iterdir()) == []


def test_secret_key_that_cannot_be_kept_says_what_to_do(tmp_path: Path) -> None:
    in_the_way = tmp_path / "tep"
    in_the_way.write_text("", encoding="ascii")
    with pytest.raises(SettingsInvalid, match="DVK_SECRET_KEY"):
        secret_key(load_settings({"DVK_DATA_DIR": str(in_the_way)}, None))
    (tmp_path / "secret_key").write_text("ngắn", encoding="ascii", errors="replace")
    with pytest.raises(SettingsInvalid, match="32 ký tự"):
        secret_key(load_settings({"DVK_DATA_DIR": str(tmp_path)}, None))


def test_misspelt_variables_are_found(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DVK_PROT=1\nDVK_PORT=8081\n", encoding="utf-8")
    assert unknown_variables({"DVK_HOTS": "x", "DVK_ZZZZZZZZZZ": "x", "DVK_LANG": "en", "PATH": "/bin"}, env_file) == [
        ("DVK_HOTS", "DVK_HOST"),
        ("DVK_PROT", "DVK_PORT"),
        ("DVK_ZZZZZZZZZZ", None),
    ]


MAIL = {"DVK_SMTP_HOST": "may.example", "DVK_MAIL_FROM": "Ban Dân vận <danvan@khelam.example>"}


def test_address_of_the_pages_is_the_public_one_or_where_it_listens() -> None:
    assert load_settings({}, None).site == "http://127.0.0.1:8080"
    assert load_settings({"DVK_HOST": "::1", "DVK_PORT": "81"}, None).site == "http://[::1]:81"
    assert load_settings({"DVK_PUBLIC_URL": "https://danvan.example/"}, None).site == "https://danvan.example"


def test_domain_of_message_ids_is_that_of_the_sender_unless_stated() -> None:
    assert load_settings({}, None).message_domain == "danvankheo.invalid"
    assert load_settings(MAIL, None).message_domain == "khelam.example"
    assert load_settings(MAIL | {"DVK_MAIL_DOMAIN": "thu.example"}, None).message_domain == "thu.example"


def test_mail_server_needs_a_sender() -> None:
    assert refusal({"DVK_SMTP_HOST": "may.example"}) == ["DVK_MAIL_FROM: cần địa chỉ người gửi khi có DVK_SMTP_HOST."]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "danvan.example"),
        ("PUBLIC_URL", "https://danvan.example/a b"),
        ("PUBLIC_URL", "https://danvan.example/?x=1"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("MAIL_FROM", "Ban Dân vận"),
        ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
        ("MAIL_DOMAIN", "khe lam"),
        ("MAIL_DOMAIN", "x>y"),
        ("SMTP_SECURITY", "ssl"),
        ("SMTP_PORT", "0"),
        ("SMTP_TIMEOUT_SECONDS", "0"),
        ("MAIL_PER_MINUTE", "-1"),
        ("OTHER_CHANNELS", "zalo,tgram"),
        ("KEEP_DRAFT_REPORTS_DAYS", "1"),
    ],
)
def test_wrong_mail_setting_names_its_variable(name: str, value: str) -> None:
    (message,) = refusal({f"DVK_{name}": value})
    assert message.startswith(f"DVK_{name}: đang là “")


def test_password_of_the_mail_server_is_masked() -> None:
    table = shown(load_settings(MAIL | {"DVK_SMTP_PASSWORD": "rat-bi-mat"}, None))
    assert table["DVK_SMTP_PASSWORD"] == (MASK, "môi trường")
    assert table["DVK_SMTP_PORT"] == ("", "mặc định")
