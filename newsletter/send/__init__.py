"""SEND: to each person once, and on record.

schedule    an approved edition gets its moment
freeze      one delivery a person, before the first mail; the seal must be whole
deliver     claim, hand over, record what the server said: with what is in `loop`, by `ledger`
worker      does both, for ever; on SQLite one at a time
message     what is handed over, with what is in `mail`; `transports` are the ways out
doubt       mails that may have arrived
watching    what is seen of it meanwhile
notices     mails about one thing to one person, past all of this
verify      whether the ledger holds what it promises
"""
