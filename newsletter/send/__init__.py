"""SEND: to each person once, and on record.

schedule   an approved edition gets its moment
freeze     one delivery a person, before the first mail; the seal must be whole
deliver    claim, hand over, record what the server said (lanes, pages, ledger, outcomes, closing)
worker     does both, for ever; one at a time for each database
notices    mails about one thing to one person, past all of this
"""
