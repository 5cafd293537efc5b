"""What is said, filed, handed over and revealed about a customer."""

from crm.operations.talk.files import add_file, remove_file
from crm.operations.talk.hand_over import decline_hand_over, hand_over, withdraw_hand_over
from crm.operations.talk.looks import note_look
from crm.operations.talk.notes import edit_interaction, pin_interaction, record_interaction, remove_interaction
from crm.operations.talk.reveal import reveal_contact

__all__ = [
    "add_file",
    "decline_hand_over",
    "edit_interaction",
    "hand_over",
    "note_look",
    "pin_interaction",
    "record_interaction",
    "remove_file",
    "remove_interaction",
    "reveal_contact",
    "withdraw_hand_over",
]
