"""HANDS: the public pages and the desk.

A handler reads the request, calls one use case and shows its report; it decides nothing.
`routes.ROUTES` lists every page with who may see it; `app.create_app` makes the application.
"""
