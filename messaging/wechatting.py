"""Which messages an organisation sends over WeChat: by which template, to whom, with what in its fields."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from messaging import rules
from messaging.models import Message, WechatTemplate
from messaging.wechat.fields import DoesNotFit, filled
from messaging.wechat.kinds import MOMENT
from messaging.wechat_queries import openids, used_templates
from tenancy import door

BY_WECHAT = "by_wechat"  # why an e-mail waits: WeChat has it in its place
_State = Message.State


@dataclass(frozen=True)
class Wechatting:
    """An organisation's way to send over WeChat, or that it has none."""

    templates: Mapping[str, WechatTemplate] = field(default_factory=dict)  # by kind
    openids: Mapping[UUID, str] = field(default_factory=dict)  # of the customers who can be reached

    def channels(self, kind: str, customer_id: UUID | None, usual: Sequence[str]) -> Sequence[str]:
        """Add WeChat where the kind goes over it and the customer follows."""
        return [*usual, rules.WECHAT] if kind in self.templates and customer_id in self.openids else usual

    def fill(self, message: Message, facts: Mapping[str, Any], zone: ZoneInfo) -> None:
        """Fill the fields of the template; where a value does not fit, say which."""
        template = self.templates[message.kind]
        try:
            fields = filled(template.fields, {**facts, MOMENT: door.moment()}, language=message.language, zone=zone)
        except DoesNotFit as refusal:
            message.answer = str(refusal)
            return
        message.vendor_template, message.places = template.template_id, [list(pair) for pair in fields.items()]
        message.body = "\n".join(fields.values())

    def let_email_wait(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Keep the e-mail of one notice back where WeChat has it instead; it goes when WeChat fails."""
        for over_wechat in messages:
            if over_wechat.channel == rules.WECHAT and over_wechat.state == _State.QUEUED and self._is_instead(over_wechat):
                for each in messages:
                    if each.channel == rules.EMAIL and each.state == _State.QUEUED:
                        each.state, each.reason = _State.SKIPPED, BY_WECHAT
        return messages

    def _is_instead(self, message: Message) -> bool:
        return self.templates[message.kind].use == WechatTemplate.Use.INSTEAD


def present_wechatting(kinds: Collection[str], customer_ids: Collection[UUID]) -> Wechatting:
    """Look up by which templates these kinds go, and which of these customers can be reached."""
    templates = used_templates(kinds)
    return Wechatting(templates, openids(customer_ids)) if templates else Wechatting()


def objection(message: Message) -> str:
    """Say in a word why a message cannot go over WeChat; empty: it can."""
    return "" if message.places else "does_not_fit"
