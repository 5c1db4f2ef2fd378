"""Reports of units: their sections and figures, how they are written, handed in, decided and collected."""
