"""What becomes of messages when two customers become one."""

from django.utils.translation import gettext_lazy as _

from crm.operations.merging.kit import Room, moves
from messaging.models import Message, WechatCode, WechatFollower

ROOM = Room(
    moves(Message, "customer", _("Messages")),
    moves(WechatFollower, "customer", _("WeChat bindings")),
    moves(WechatCode, "customer"),
)
