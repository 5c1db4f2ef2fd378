"""The visit plan and the inspection record."""
