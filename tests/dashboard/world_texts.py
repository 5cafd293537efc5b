"""Text messages: an account, a text that failed, one of which nobody knows."""

from messaging.models import Message
from messaging.operations import GatewayAsked, queue_confirmation, set_gateway


def an_account_for_texts() -> dict[str, object]:
    gateway = set_gateway(GatewayAsked(vendor="twilio", key_id="AC1", secret="s", sender="+447700900000", countries=["GB"]))
    for n, state in enumerate(("failed", "uncertain")):
        message = queue_confirmation(
            key=f"text-{n}", address=f"+44770090099{n}", language="en", digits="123456", context={}
        )  # fmt: skip
        Message.objects.filter(id=message.id).update(state=state, reason={"failed": "no_money"}.get(state, "timeout"))
    return {"sms_gateway": gateway}
