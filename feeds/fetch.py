"""Placeholder until the builder of gathering replaces it."""


class Fetcher:
    def __init__(self, *, allow: frozenset[str], contact: str) -> None: ...
