"""Placeholder until the builder of subscribers replaces it."""


class Links:
    def __init__(self, *, key: bytes, base_url: str) -> None: ...
