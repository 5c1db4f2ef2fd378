"""What every stage rests on: access, history, lifecycles, programme years, people and units, and the engine."""
