"""The main story on the third path into the house: the shop's orders come as a file."""

import re
from datetime import timedelta

from integrations.mapping import guess
from integrations.models import Import
from integrations.operations import run, start, upload
from loyalty.operations import set_up_default_tiers, set_up_programme
from messaging.models import Message
from referrals import operations as referring
from referrals.models import Decision, Referral
from rewards.models import Reward
from rewards.operations import settle_due
from rewards.queries import verify_books
from tenancy import door

FILE = (
    "订单号,下单时间,付款时间,金额,币种,邮箱,姓名\n"
    "A-1,2026-11-20 15:00,2026-11-20 15:05,80.00,GBP,bea@example.com,Bea Jones\n"
    "A-2,2026-11-20 16:00,2026-11-20 16:01,55.00,GBP,stranger@example.com,Cal Reed\n"
    "A-3,not a date,,1.00,GBP,dan@example.com,Dan Fox\n"
).encode("gb18030")


def _friend_of(ann) -> Referral:
    now = door.moment()
    campaign = referring.create_campaign(
        template="friend_coupon",
        name="Friends",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=60),
        budget_limit_minor=100_000,
    )
    referring.start_campaign(campaign.id)
    code = referring.code_for(campaign.id, ann.id)
    consents = {"referral": True}
    invitation = referring.submit_invitation(
        code=code.code, name="Bea Jones", contact="bea@example.com", language="en", consents=consents
    )
    body = Message.objects.get(kind="confirmation").body
    return referring.confirm_invitation(invitation.id, re.search(r"\b\d{6}\b", body)[0])


def _take_in(acme, at_acme) -> dict:
    with at_acme(hours=8):
        imported = upload(kind="orders", file_name="orders.csv", content=FILE)
        start(imported.id, mapping=guess("orders", imported.columns), is_dry_run=False, is_run_here=True)
    run(acme.id, imported.id)
    with at_acme():
        return Import.objects.get(id=imported.id).counts


def test_an_imported_order_earns_and_a_second_import_changes_nothing(acme, at_acme, ann, drained):
    with at_acme():
        set_up_programme()
        set_up_default_tiers("GBP")
        referral = _friend_of(ann)
    drained(acme)
    first = _take_in(acme, at_acme)
    drained(acme)
    assert (first["orders_created"], first["failed"]) == (2, 1)
    with at_acme():
        assert Decision.objects.filter(outcome="earned").count() == 1
        assert Decision.objects.filter(outcome="declined").count() == 1
        rewards = {reward.role: reward.state for reward in Reward.objects.filter(referral_id=referral.id)}
        assert rewards == {"referrer": "accrued", "referee": "accrued"}
        assert Referral.objects.get().stage == "converted"

    again = _take_in(acme, at_acme)
    drained(acme)
    assert again.get("orders_created", 0) == 0
    with at_acme(days=30):
        assert settle_due() == 2
        assert verify_books().is_whole
        assert Decision.objects.count() == 2
