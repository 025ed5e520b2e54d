"""The console: pages for people, and under ``/api/v1`` the interface for machines."""

from fastapi import FastAPI

from console import api
from console.door import Door


def application(door: Door) -> FastAPI:
    """Everything behind one address."""
    return api.application(door)
