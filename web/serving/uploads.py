"""How much one request may carry: one file on most pages, several photos with the record of an inspection."""

from __future__ import annotations

from flask import Flask, request

from web.serving.transactions import settings

MOST_PHOTOS = 10
# A telephone's camera makes 3 to 8 MB of a photo.
_ROOM_FOR_PHOTOS = 100 * 1024 * 1024
_SEVERAL = frozenset({"inspection.record"})


def install(app: Flask) -> None:
    """Before anything reads the form."""
    app.before_request(_widen)


def _widen() -> None:
    if request.endpoint in _SEVERAL:
        request.max_content_length = max(_ROOM_FOR_PHOTOS, settings().max_upload_bytes + 1024 * 1024)
