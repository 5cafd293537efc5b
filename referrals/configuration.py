"""What of referrals is configuration: campaigns, as drafts with their terms and texts."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from referrals.models import AbusePolicy, Campaign
from referrals.operations import create_campaign, publish_terms, replace_golden_cases, set_abuse_policy, update_campaign
from referrals.queries import planned_terms
from tenancy import door
from tenancy.configuration import Entry, Section, entry_of

_COLUMNS = ("target", "texts", "script", "follow_up_hours", "goal", "is_wechat_safe")
_STARTS_IN = timedelta(days=7)


def _read() -> dict[str, Entry]:
    """Campaigns by name; of several of one name the newest. Dates, budget and people belong to a campaign's life."""
    rows = Campaign.objects.exclude(state=Campaign.State.ENDED).exclude(template="").order_by("id")
    return {row.name: _entry(row) for row in rows}


def _entry(row: Campaign) -> Entry:
    told = entry_of(row, ("template", *_COLUMNS)) | {"terms": planned_terms(row) or {}}
    golden = row.golden_cases.order_by("name").values("name", "facts", "expected")
    return told | ({"golden_cases": list(golden)} if golden else {})


def _write(name: str, entry: Entry) -> None:
    known = Campaign.objects.exclude(state=Campaign.State.ENDED).filter(name=name).order_by("-id").first()
    campaign = known or create_campaign(
        template=entry["template"], name=name, starts_at=door.moment() + _STARTS_IN, terms_changes=entry.get("terms") or {}
    )
    if "golden_cases" in entry:
        replace_golden_cases(campaign.id, entry["golden_cases"])
    if known and entry.get("terms"):
        publish_terms(campaign.id, entry["terms"])
    told = {column: entry[column] for column in _COLUMNS if column in entry}
    if told:
        update_campaign(campaign.id, **told)


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
