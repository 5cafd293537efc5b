"""Set when and with which words a campaign reminds its customers by itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from celery import current_app

from referrals.errors import ReminderNeedsEnd, ReminderOutOfRange, UnknownReminder, WrongCampaignState
from referrals.models import Campaign, Reminder, Ways
from referrals.operations.promotions.estimating import Estimate, estimate_for
from referrals.operations.promotions.wording import Texts, check_texts, default_texts
from referrals.queries.reminding import prospective
from referrals.rules.reminding import MOST_TIMES, MOST_WAIT_DAYS, WAIT_DAYS, message_kind
from tenancy import audit, door, events

_RANGES = {"wait_days": (0, MOST_WAIT_DAYS), "most": (1, MOST_TIMES)}


def set_reminder(campaign_id: UUID, kind: str, **changes: Any) -> Reminder:
    """Change a reminder: is_active, ways, wait_days, most, texts; {} gives back the organisation's own words."""
    if kind not in Reminder.Kind.values:
        raise UnknownReminder(kinds=", ".join(Reminder.Kind.values))
    campaign = Campaign.objects.select_related("segment").get(id=campaign_id)
    if campaign.state == Campaign.State.ENDED:
        raise WrongCampaignState(state=campaign.state)
    reminder = _held(campaign, kind)
    _refuse_unusable(campaign, reminder, changes)
    for name, value in changes.items():
        setattr(reminder, name, value)
    reminder.changed_at, reminder.gathered_at = door.moment(), None
    reminder.save()
    told = {"campaign_id": str(campaign_id), "kind": kind, "is_active": reminder.is_active, "ways": reminder.ways}
    audit.record("reminder.set", reminder, told)
    if reminder.is_active:
        ring()
    return reminder


def _held(campaign: Campaign, kind: str) -> Reminder:
    fresh = Reminder(campaign=campaign, kind=kind, wait_days=WAIT_DAYS[kind], changed_at=door.moment())
    Reminder.objects.bulk_create([fresh], ignore_conflicts=True)
    return Reminder.objects.select_for_update(of=("self",)).get(campaign=campaign, kind=kind)


def _refuse_unusable(campaign: Campaign, reminder: Reminder, changes: Mapping[str, Any]) -> None:
    for name, (least, most) in _RANGES.items():
        if name in changes and not least <= changes[name] <= most:
            raise ReminderOutOfRange(least=least, most=most, field=name)
    is_active = changes.get("is_active", reminder.is_active)
    if is_active and reminder.kind == Reminder.Kind.ENDING and campaign.ends_at is None:
        raise ReminderNeedsEnd(field="is_active")
    own, ways = changes.get("texts", reminder.texts), changes.get("ways", reminder.ways)
    if is_active or "texts" in changes or ways not in Ways.values:
        kind = message_kind(reminder.kind)
        check_texts(campaign, completed(own, kind), kind=kind, ways=ways, is_sent=is_active)


def texts_of(reminder: Reminder) -> Texts:
    """Give the words: the campaign's, or else the organisation's own template, or ours."""
    return completed(reminder.texts, message_kind(reminder.kind))


def estimate_reminder(reminder: Reminder, texts: Texts) -> Estimate:
    """Say how many with an occasion would be written to now which way, and what the texts cost."""
    kind = message_kind(reminder.kind)
    return estimate_for(reminder.campaign, prospective(reminder), texts, ways=reminder.ways, kind=kind)


def completed(own: Texts, kind: str) -> Texts:
    """Take what the campaign does not word itself from the templates: letters whole, and texts with their code."""
    found = default_texts(kind)
    for language, named in own.items():
        if "sms" in named:
            named = {"sms_template": ""} | named
        found[language] = found.get(language, {}) | named
    return found


def copy_reminders(source_id: UUID, target_id: UUID) -> None:
    """Give a copied campaign the same reminders, switched off: nobody is written to before somebody has looked."""
    rows = Reminder.objects.filter(campaign_id=source_id)
    Reminder.objects.bulk_create(
        [
            Reminder(
                campaign_id=target_id, kind=row.kind, ways=row.ways, wait_days=row.wait_days, most=row.most, texts=row.texts,
                changed_at=door.moment(),
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def ring() -> None:
    task, organisation_id = current_app.signature("referrals.tasks.send_reminders"), str(door.organisation_id())
    door.once_after_commit("reminders", lambda: events.ring(task, organisation_id))
