"""What can be done with files and webhooks: one function a business verb."""

from integrations.operations.deliver import deliver_due, replay, send_test
from integrations.operations.endpoints import (
    add_endpoint,
    remove_endpoint,
    rotate_secret,
    switch_on,
    update_endpoint,
)
from integrations.operations.imports import Preview, cancel_import, preview, start, upload
from integrations.operations.run_import import run

__all__ = [
    "Preview",
    "add_endpoint",
    "cancel_import",
    "deliver_due",
    "preview",
    "remove_endpoint",
    "replay",
    "rotate_secret",
    "run",
    "send_test",
    "start",
    "switch_on",
    "update_endpoint",
    "upload",
]
