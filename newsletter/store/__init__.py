"""The queries on editions, their blocks and their deliveries: one file a thing.

editions, approvals, deliveries   an edition, what of it was approved, and who got it
candidates, inbox                 items that a new edition, or an editor, may take up
published, waiting                editions that readers got, and those that wait for approval
runs                              what the stages did
"""
