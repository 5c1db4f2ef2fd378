"""What everything stands on: database, schema, refusals, time, speech, reading what people type, data files."""
