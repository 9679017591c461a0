"""WHO: who asked for it, in which segment, on what ground?

Sign-up, confirmation, preferences and leaving each leave evidence; importing states its ground;
a saved segment is a selection made of `conditions.CONDITIONS`.
"""
