"""Pages travel compressed: over a slow line a list of fifty models is a tenth of its size.

A compressed answer that repeats what was asked next to a secret can give the secret away letter by letter (BREACH). The one
secret on our pages, a form's token, is signed anew with the time of each answer, so there is nothing to guess twice.
"""

from __future__ import annotations

import gzip
from typing import Final

from flask import Flask, Response, request

SMALLEST: Final = 1000
# The first levels give nearly all there is to gain in a fraction of the time.
LEVEL: Final = 4
TYPES: Final = frozenset({"text/html", "text/csv", "text/plain", "text/calendar", "application/json", "image/svg+xml"})


def install(app: Flask) -> None:
    """Compress what is made of text for those who can read it so."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype not in TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if (
        not request.accept_encodings.quality("gzip")
        or response.direct_passthrough
        or response.is_streamed
        or response.status_code == 206
        or "Content-Encoding" in response.headers
    ):
        return response
    content = response.get_data()
    if len(content) >= SMALLEST:
        # A fixed time in the header: the same page gives the same bytes.
        response.set_data(gzip.compress(content, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
