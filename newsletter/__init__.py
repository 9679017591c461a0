"""COMPOSE, APPROVE, SEND, LEARN: from gathered items to mailboxes.

gather   feeds      what is new out there?
compose  compose/   which of it goes into which edition, and how does it look for whom?
approve  approve/   may it go out, exactly like this?
send     send/      to each person once, and on record
learn    learn/     what came back?

`pipeline.STAGES` is the same story as code; `wiring.py` puts the parts together.
"""
