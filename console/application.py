"""The console: pages for people, and under ``/api/v1`` the interface for machines."""

from fastapi import FastAPI

from console import api
from console.door import Door
from console.pages import add_pages


def application(door: Door) -> FastAPI:
    """Everything behind one address."""
    app = api.application(door)
    add_pages(app)
    return app
