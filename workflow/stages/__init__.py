"""The five stages of a model. Each registers its guards, effects and records with the engine."""
