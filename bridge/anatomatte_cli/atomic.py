"""Files that are whole or not there: the engine's own way of writing, for frames and pages."""

from anatomatte.atomic import beside, sweep

__all__ = ["beside", "sweep"]
