"""The tests keep passwords at less cost than the program does; the program's own cost is checked here."""

from __future__ import annotations

from argon2 import PasswordHasher, Type

from workflow.core.people import passwords


def test_the_program_keeps_passwords_at_full_cost(full_hasher: PasswordHasher) -> None:
    assert full_hasher.type is Type.ID
    assert full_hasher.time_cost * full_hasher.memory_cost >= 3 * 64 * 1024
    kept = full_hasher.hash("mot cau ngan de nho")
    assert full_hasher.verify(kept, "mot cau ngan de nho")


def test_what_the_tests_keep_would_be_renewed_in_earnest(full_hasher: PasswordHasher) -> None:
    assert full_hasher.check_needs_rehash(passwords.hashed("mot cau ngan de nho"))
