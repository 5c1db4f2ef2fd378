"""Watching over the records: daily anchors and verification, the trail as administrators read it, the access log."""
