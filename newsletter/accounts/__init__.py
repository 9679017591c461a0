"""Accounts of the desk: people and their roles, signing in, and sessions that end."""
