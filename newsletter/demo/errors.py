"""What can go wrong with the demo.

NewsletterError
|- DemoRunning   another demo works in this folder
`- NotADemo      the database holds somebody's real work
"""

from newsletter.errors import NewsletterError


class DemoRunning(NewsletterError):
    """Another demo works in this folder: stop it, or give another folder."""


class NotADemo(NewsletterError):
    """The database holds what no demo made; two hundred invented readers do not belong in it."""
