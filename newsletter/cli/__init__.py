"""The door for operators and scripts: parses, calls one use case, prints its report.

app                                       the way in, and what concerns the whole program
sources, items, editions, people, reports one file a noun
way                                       an edition's way to the reader: submit, approve, send
session, moments, output, stopping        how a command begins, reads, prints, and is told to end
"""
