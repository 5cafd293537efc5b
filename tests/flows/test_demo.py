"""The demo: half a year of a shop through the product's own verbs, with something of every kind at its end."""

from dataclasses import replace

from django.utils import timezone

from config.demo import story
from config.demo.shops import CHUNXI
from crm.models import Task
from dashboard.audit_words import ACTIONS
from foundation.ids import new_code
from integrations.models import Import
from messaging.models import Message
from referrals.models import Campaign, Decision, Invitation, Referral
from rewards.models import Approval, Coupon, Reward, RewardMove
from rewards.queries import verify_books
from tenancy import door
from tenancy.models import AuditRecord, Delivery


def _values(model, field: str) -> set[str]:
    return set(model.objects.values_list(field, flat=True))


def test_half_a_year_covers_every_state_and_its_books_are_whole(database):
    tag = new_code().lower()
    staff = tuple((role, name, f"{mailbox}-{tag}") for role, name, mailbox in CHUNXI.staff)
    shop = replace(CHUNXI, slug=f"chunxi-{tag}", staff=staff)
    templates = ("beauty_membership", "friend_coupon", "member_circle")
    organisation = story.tell(shop, today=timezone.now(), templates=templates)
    with door.organisation(organisation.id):
        report = verify_books()
        assert report.is_whole, report
        assert _values(Campaign, "state") == {"draft", "scheduled", "running", "paused", "ended"}
        assert _values(Decision, "outcome") == {"earned", "declined", "reduced", "withdrawn"}
        assert _values(Reward, "state") == set(Reward.State.values)
        assert _values(Reward, "kind") >= {"points", "cash", "coupon", "service_upgrade", "event"}
        assert _values(Approval, "state") == {"waiting", "approved", "declined"}
        assert RewardMove.objects.filter(cause="promise_late").exists()
        assert _values(Referral, "stage") >= {"confirmed", "contacted", "converted", "closed"}
        assert _values(Invitation, "state") == {"waiting", "confirmed", "expired", "declined"}
        assert _values(Coupon, "state") >= {"issued", "redeemed"}
        assert _values(Task, "state") == {"open", "done", "dropped"}
        assert _values(Delivery, "state") == {"done"}
        assert "sent" in _values(Message, "state")
        assert Import.objects.get(kind="customers").counts["failed"] == 1
        assert _values(AuditRecord, "action") <= set(ACTIONS)  # each is said in words on the audit page
