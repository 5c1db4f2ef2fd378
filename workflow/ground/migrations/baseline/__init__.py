"""The schema that migration 0001 makes, one module per part; it stays as it is, whatever becomes of the schema's own modules."""
