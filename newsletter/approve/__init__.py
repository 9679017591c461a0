"""APPROVE: may it go out, exactly like this?

An editor submits, checks must pass, another person approves. What was approved is kept and sealed
(`newsletter.seal`); an edit breaks the seal, and sending begins only when it is whole.
"""
