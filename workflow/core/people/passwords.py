"""Passwords: hashing with argon2, the rules for choosing one, and readable initial ones."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from workflow.ground.reading.text import fold, normalise
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

SHORTEST = 10
LONGEST = 200

_FEWEST_DIFFERENT = 4
_COMMON = frozenset(
    {"1234567890", "0123456789", "12345678910", "matkhau123", "password123", "qwertyuiop", "danvankheo"}
)
_CONSONANTS = "bcdghklmnprstv"
_VOWELS = "aeiou"
_hasher = PasswordHasher()


def generate() -> str:
    """An initial password that can be read out over the telephone: 56 bits, like `bivo-kamu-tegi-dola-37`."""
    words = ("".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(2)) for _ in range(4))
    return "-".join((*words, f"{secrets.randbelow(100):02d}"))


def check_choice(password: str, *, user_name: str, full_name: str = "", key: str = "password") -> None:
    """Refuse a password that is too short, too long or guessed at once. Raises InvalidInput under the form field `key`."""
    if len(password) < SHORTEST:
        raise InvalidInput(
            {key: _("Mật khẩu cần ít nhất %(shortest)s ký tự. Hãy chọn một câu ngắn dễ nhớ.", shortest=SHORTEST)}
        )
    if len(password) > LONGEST:
        raise InvalidInput({key: _("Mật khẩu tối đa %(longest)s ký tự.", longest=LONGEST)})
    folded = _letters(password)
    if folded in {_letters(user_name), _letters(full_name)} or _letters(user_name) == folded.rstrip("0123456789"):
        raise InvalidInput({key: _("Mật khẩu không được trùng tên đăng nhập hay họ tên. Hãy chọn mật khẩu khác.")})
    if len(set(password)) < _FEWEST_DIFFERENT or folded in _COMMON:
        raise InvalidInput({key: _("Mật khẩu này quá dễ đoán. Hãy chọn một câu ngắn dễ nhớ.")})


def hashed(password: str) -> str:
    """The form in which a password is kept (argon2id)."""
    return _hasher.hash(_typed(password))


def verified(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without a hash the same work is done and the answer is no, so that time tells nothing."""
    try:
        _hasher.verify(password_hash or _nobody(), _typed(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(24))


def _typed(password: str) -> str:
    # A telephone and a PC may compose ế differently; both are the same password. A lone surrogate is no character at all.
    return normalise(password).encode("utf-8", "replace").decode("utf-8")


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())
