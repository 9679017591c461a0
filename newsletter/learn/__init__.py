"""LEARN: what came back?

report               the figures of an edition, by audience; nothing about one person
bounces              mail that came back: whom it is about, and what follows
returned, mailboxes  reading it: delivery reports and complaints, from files and folders
"""
