"""The HTTP service: a page to paste an article into, and the same report as JSON.

The modules here need the extra ``serve``; nothing outside imports them but the command that
starts the service.
"""
