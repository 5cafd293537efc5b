"""The same application, which shows everything behind a link and keeps no touch: what keeping it costs."""

from config.wsgi import application
from portal import doorstep

_keep_visit = doorstep.keep_visit


def _only_look(slug, code, **told):
    return _keep_visit(slug, code, **(told | {"counts": False}))


doorstep.keep_visit = _only_look

__all__ = ["application"]
