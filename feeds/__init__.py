"""GATHER: what is new out there?

Read which sources are due, fetch each with good manners, parse its bytes into values,
decide what is new or changed, and save that. A broken source never stops another.
`gather.gather_due` is the way in; `sources.PARSERS` lists the kinds of source.
"""
