"""COMPOSE: which of what was gathered goes into which edition, and how does it look for whom?

choose.py, propose.py   pure: the items of a new edition, and its first words
draft.py                use cases: start a draft, change it
blocks/, editions.py    the registries: pieces of an edition, kinds of edition
render.py               edition and audience in, mail out: Jinja2, then MJML, then mend.py
"""
