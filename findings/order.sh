#!/bin/sh
# vn-collate 0.1.0 (PyPI) makes sort keys for Vietnamese "derived from ICU" and says of blanks: they sort after every letter, which
# "only changes the order of records that differ only in punctuation". It changes more: wherever one word is the beginning of another,
# the shorter one comes last. Hồ An stands behind Hồng Bình, An Bình behind Anh and Ánh; ICU's `vi` (PostgreSQL 15:
# ORDER BY … COLLATE "vi-x-icu") has An Bình, Anh, Ánh and Hồ An, Hồng Bình. Seen with vn-collate 0.1.0 on Python 3.11: ['Anh', 'Ánh', 'An Bình'] and ['Hồng Bình', 'Hồ An'].
# Exits with 0 while it is so, with 1 when it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" vn-collate==0.1.0
PYTHONPATH="$folder" python3 - <<'PYTHON'
from vn_collate import sort

one = sort(["An Bình", "Anh", "Ánh"])
two = sort(["Hồ An", "Hồng Bình"])
print(one, two)
raise SystemExit((one, two) != (["Anh", "Ánh", "An Bình"], ["Hồng Bình", "Hồ An"]))
PYTHON
