#!/bin/sh
# What the library `icalendar` writes for a duration under a name that it does not know (X-PUBLISHED-TTL, which Outlook reads; RFC 5545, 3.8.8.2
# allows any name). Seen with icalendar 7.3.0 on Python 3.11.
#
# A timedelta becomes "6:00:00", as Python prints it, without a word and without a fault when it is read again; no calendar program takes
# that for a duration. With VALUE=DURATION among the parameters, or given as vDuration, it is "PT6H".
# Seen: "X-PUBLISHED-TTL:6:00:00", "X-PUBLISHED-TTL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "icalendar==7.3.0"
"$folder/env/bin/python" - <<'PYTHON'
from datetime import timedelta

import icalendar

SIX_HOURS = timedelta(hours=6)


def written(value: object, **parameters: str) -> str:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Example//EN")
    calendar.add("version", "2.0")
    calendar.add("x-published-ttl", value, parameters=parameters)
    content = calendar.to_ical()
    assert icalendar.Calendar.from_ical(content).errors == []
    (line,) = [line for line in content.decode().splitlines() if line.startswith("X-PUBLISHED-TTL")]
    print(line)
    return line


assert written(SIX_HOURS) == "X-PUBLISHED-TTL:6:00:00"
assert written(SIX_HOURS, VALUE="DURATION") == "X-PUBLISHED-TTL;VALUE=DURATION:PT6H"
assert written(icalendar.vDuration(SIX_HOURS)) == "X-PUBLISHED-TTL:PT6H"
PYTHON
