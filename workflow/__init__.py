"""The domain: lifecycle, access, history, records. Knows no web, no mail, and no clock but the one it is given."""
