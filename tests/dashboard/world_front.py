"""Somebody to ask, words to say, a step that is honoured, and a consent to be named."""

from uuid import UUID

from referrals.models import Ask
from referrals.operations.asking import ask_now, save_script
from referrals.operations.honours import agree_to_be_named, save_honour_step, set_honour_rules


def asked_and_honoured(customer_id: UUID) -> dict[str, object]:
    """Make a card with its script, and what honours need; after the badge and the campaign."""
    words = {"en": "Hello {customer}, do you know somebody?", "zh-hans": "{customer}，您身边有朋友需要吗？"}
    script = save_script(name="Any", text=words)
    step = save_honour_step(friends=3, badge="friend")
    set_honour_rules(is_wall_public=True)
    agree_to_be_named(customer_id, surface="wall", display_name="Ann S.")
    card = Ask.objects.filter(customer_id=customer_id).first() or ask_now(customer_id, key="own")
    return {"ask_id": card.id, "script_id": script.id, "step_id": step.id}
