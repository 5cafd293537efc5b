"""One text to many followers at once."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from messaging.operations.wechat.tokens import asked
from messaging.wechat import client
from messaging.wechat.answers import Answer
from messaging.wechat_queries import wechat_account
from tenancy import door


def send_to_followers(organisation_id: UUID, *, openids: Sequence[str], text: str, mark: str) -> Answer:
    """Send a text to 2 to 10,000 followers; WeChat takes the same mark once, for a day. Opens the door itself."""
    with door.organisation(organisation_id):
        account = wechat_account()
    if account is None:
        return Answer(False, "removed")
    if len(openids) < client.FEWEST_AT_ONCE:
        return Answer(False, "too_few")
    if settings.KEEP_MAIL_IN_MAILBOX and not account.base_url:
        return Answer(True)

    def call(base_url: str, token: str) -> Answer:
        return client.send_to_many(base_url=base_url, token=token, openids=openids, text=text, mark=mark)

    return asked(organisation_id, account.id, call)
