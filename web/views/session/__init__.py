"""Signing in and out, invitations, the language."""
