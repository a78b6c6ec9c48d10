"""A local stand-in for the Venice API: same routes, checks, limits and prices; answers computed here."""

from .box import Sandbox
from .faults import Fault

__all__ = ["Fault", "Sandbox"]
