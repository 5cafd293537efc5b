"""What can be done with files and webhooks: one function a business verb."""

from integrations.operations.deliver import deliver_due, replay, send_test
from integrations.operations.endpoints import add_endpoint, remove_endpoint, rotate_secret, switch_on, update_endpoint
from integrations.operations.imports import Preview, cancel_import, preview, reread, start, upload
from integrations.operations.memory import remove_template, save_template
from integrations.operations.run_import import run
from integrations.operations.undo_import import can_undo, run_undo, undo

__all__ = [
    "Preview",
    "add_endpoint",
    "can_undo",
    "cancel_import",
    "deliver_due",
    "preview",
    "remove_endpoint",
    "remove_template",
    "replay",
    "reread",
    "rotate_secret",
    "run",
    "run_undo",
    "save_template",
    "send_test",
    "start",
    "switch_on",
    "undo",
    "update_endpoint",
    "upload",
]
