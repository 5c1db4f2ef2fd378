"""The third stage: the visit plan, the record of a visit and its scores, who may be named in it."""
