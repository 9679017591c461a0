"""Accounts of the desk: people and their roles, ways in, and sessions that end.

people       who there is, in which role; never removed, only switched off
invitations  how somebody comes to have an account
links        one-use links in mails to colleagues
waits        wrong passwords make the next one wait, for an account and for a network
sign_in      the password, and what follows it
second_step  a code from an app, or a recovery code
work_account the account of somebody's work, in the place of a password
sessions     who is signed in with which browser
held         what was sent after a session had ended
"""
