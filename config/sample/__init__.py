"""The sample that `dvk demo` loads: an invented province with one district's half year and one commune's whole year."""
