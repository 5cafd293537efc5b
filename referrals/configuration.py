"""What of referrals is configuration: campaigns, as drafts with terms, texts, page, reminders and rules of sources."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from messaging.texting import present_gateway
from referrals.models import AbusePolicy, Campaign, LandingPage, Reminder, Responsibility, Source, SourceRule, Ways
from referrals.operations import create_campaign, publish_terms, replace_golden_cases, set_abuse_policy, update_campaign
from referrals.operations.pages import save_page
from referrals.operations.profiles import set_source_rule
from referrals.operations.reminding import set_reminder
from referrals.operations.responsibility import set_responsibility
from referrals.queries import planned_terms
from referrals.rules.pages import read_page
from tenancy import door
from tenancy.configuration import Entry, Section, entry_of

_COLUMNS = ("target", "texts", "script", "follow_up_hours", "goal", "is_wechat_safe")
_SOURCE = ("is_allowed", "limit_30_days", "hold_days", "needs_approval", "by_payroll")
_STAGE = ("role", "hours", "checklist")
_REMINDER = ("is_active", "ways", "wait_days", "most", "texts")
_STARTS_IN = timedelta(days=7)


def _read() -> dict[str, Entry]:
    """Campaigns by name; of several of one name the newest. Dates, budget and people belong to a campaign's life."""
    rows = Campaign.objects.exclude(state=Campaign.State.ENDED).exclude(template="").order_by("id")
    return {row.name: _entry(row) for row in rows}


def _entry(row: Campaign) -> Entry:
    told = entry_of(row, ("template", *_COLUMNS)) | {"terms": planned_terms(row) or {}}
    golden = row.golden_cases.order_by("name").values("name", "facts", "expected")
    parts = {
        "golden_cases": list(golden), "page": _page_of(row),
        "sources": {rule.source: entry_of(rule, _SOURCE) for rule in SourceRule.objects.filter(campaign=row)},
        "responsibilities": {
            each.stage: entry_of(each, _STAGE) for each in Responsibility.objects.filter(campaign=row).exclude(role="")
        },
        "reminders": {each.kind: entry_of(each, _REMINDER) for each in Reminder.objects.filter(campaign=row)},
    }  # fmt: skip
    return told | {name: part for name, part in parts.items() if part}


def _page_of(row: Campaign) -> Entry | None:
    """A page with pictures stays: they are the organisation's own."""
    page = LandingPage.objects.filter(campaign=row).first()
    return page.draft if page and page.draft and not read_page(page.draft).pictures() else None


def _write(name: str, entry: Entry) -> None:
    known = Campaign.objects.exclude(state=Campaign.State.ENDED).filter(name=name).order_by("-id").first()
    campaign = known or create_campaign(
        template=entry["template"], name=name, starts_at=door.moment() + _STARTS_IN, terms_changes=entry.get("terms") or {}
    )
    if "golden_cases" in entry:
        replace_golden_cases(campaign.id, entry["golden_cases"])
    if known and entry.get("terms"):
        publish_terms(campaign.id, entry["terms"])
    if "page" in entry:
        save_page(campaign.id, entry["page"])
    for source, rule in entry.get("sources", {}).items():
        set_source_rule(campaign.id, Source(source), **rule)
    for stage, owned in entry.get("responsibilities", {}).items():
        set_responsibility(campaign.id, stage, **owned)
    for kind, reminder in entry.get("reminders", {}).items():
        _write_reminder(campaign, kind, reminder)
    told = {column: entry[column] for column in _COLUMNS if column in entry}
    if told:
        update_campaign(campaign.id, **told)


def _write_reminder(campaign: Campaign, kind: str, entry: Entry) -> None:
    """A draft has no end yet: what reminds of the end is switched on once it has one; texts, once they are set up here."""
    if not entry.keys() <= set(_REMINDER):
        raise ValueError(entry)
    has_end = kind != Reminder.Kind.ENDING or campaign.ends_at is not None
    has_way = entry.get("ways", Ways.EMAIL) == Ways.EMAIL or present_gateway() is not None
    set_reminder(campaign.id, kind, **entry | {"is_active": entry.get("is_active", False) and has_end and has_way})


CAMPAIGNS = Section("campaigns", _("Campaigns"), _read, _write)

# --- how signs of abuse are weighed --------------------------------------------------------------------------

_ABUSE = ("is_shadow", "delay_from", "hold_from", "proof_from", "block_from", "delay_days", "signals")


def _read_abuse() -> dict[str, Entry]:
    row = AbusePolicy.objects.first()
    return {"abuse": entry_of(row, _ABUSE)} if row else {}


def _write_abuse(key: str, entry: Entry) -> None:
    if not entry.keys() <= set(_ABUSE):
        raise ValueError(entry)
    set_abuse_policy(**entry)


ABUSE_POLICY = Section("abuse_policy", _("Signs of abuse"), _read_abuse, _write_abuse)
