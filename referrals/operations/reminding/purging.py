"""Forget whom reminders left out: why somebody was not written to half a year ago concerns nobody any more."""

from datetime import timedelta

from referrals.models import PromotionReceiver, Reminder
from tenancy import door

KEPT = timedelta(days=180)  # then somebody with an unused link may be looked at again
_A_PURGE = 1000


def purge_left_out() -> int:
    """Delete the oldest rows of people whom reminders left out; those who were told stay. Count them."""
    rows = PromotionReceiver.objects.filter(
        reminder__in=Reminder.objects.values("id"), state=PromotionReceiver.State.LEFT_OUT, due_at__lt=door.moment() - KEPT
    )
    ids = list(rows.order_by("due_at", "id").values_list("id", flat=True)[:_A_PURGE])
    return PromotionReceiver.objects.filter(id__in=ids).delete()[0] if ids else 0
