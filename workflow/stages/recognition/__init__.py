"""The last stage: the dossier to the recognising level, decisions, outstanding models, commendation."""
