"""What each message does to a case. Importing this module fills the protocol's table with every effect."""

from importlib import import_module
from pkgutil import walk_packages

from domain import procedure

MODULES = tuple(
    import_module(found.name)
    for found in walk_packages(procedure.__path__, f"{procedure.__name__}.")
    if found.name != __name__
)
