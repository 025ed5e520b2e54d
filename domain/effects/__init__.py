"""What each message does to a case. Importing this package fills the protocol's table with every module in it."""

from importlib import import_module
from pkgutil import iter_modules

MODULES = tuple(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
