"""The door for operators and scripts: parses, calls one use case, prints its report.

app                              the way in, and what concerns the whole program
sources, items, editions, people one file a noun
session, output, stopping        how every command begins, prints, and is told to end
"""
