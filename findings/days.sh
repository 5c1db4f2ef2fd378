#!/bin/sh
# What the library `holidays` 0.109 says of Vietnam, and what nobody would guess from it. Seen with holidays 0.109 (the newest release)
# and lunardate 0.2.2 on Python 3.11.
#
# 1. 2 January 2026 was off for Saturday 10 January 2026 (12729/VPCP-KGVX of 25 December 2025): the library has neither.
#    Seen: "2026-01-02 worked True, 2026-01-10 worked False".
# 2. A Saturday worked in lieu (22 August 2026) is only among `weekend_workdays`: it is missing from the days of the calendar, as any plain
#    Saturday is, and the set holds days of other years too. Seen: "weekend_workdays of 2026: 2014-12-27 2019-01-05 2026-08-22".
# 3. The day called "29 Tết" is the 28th in the lunar calendar whenever the last month has 29 days. Seen: "2027-02-04: 29 Tết, lunar 28".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "holidays==0.109" "lunardate==0.2.2"
"$folder/env/bin/python" - <<'PYTHON'
from datetime import date

import holidays
from lunardate import LunarDate

calendar = holidays.country_holidays("VN", years=2026, language="vi")
friday, saturday = date(2026, 1, 2), date(2026, 1, 10)
print(f"{friday} worked {calendar.is_working_day(friday)}, {saturday} worked {calendar.is_working_day(saturday)}")
assert calendar.is_working_day(friday) and not calendar.is_working_day(saturday)

print("weekend_workdays of 2026:", *sorted(calendar.weekend_workdays))
assert sorted(map(str, calendar.weekend_workdays)) == ["2014-12-27", "2019-01-05", "2026-08-22"]

for year in (2025, 2027, 2028):
    days = holidays.country_holidays("VN", years=year, language="vi")
    (day,) = days.get_named("29 Tết")
    lunar = LunarDate.fromSolarDate(day.year, day.month, day.day)
    print(f"{day}: {days[day]}, lunar {lunar.day}")
    assert lunar.day == 28
PYTHON
