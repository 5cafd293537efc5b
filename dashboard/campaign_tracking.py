"""What a campaign's page shows of the way of its referrals."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from dashboard.budget_bars import Bar
from referrals import queries
from referrals.models import Campaign
from tenancy import door


@dataclass(frozen=True)
class Need:
    """Something to be done: what, and the page where it is done."""

    icon: str
    text: str
    address: str = ""
    verb: str = ""


def tracking_of_campaign(campaign: Campaign) -> dict:
    """Owners of the stages, how soon friends heard from us, and why referrals failed."""
    stages = queries.responsibility_map(campaign)
    return {
        "stages": stages, "ownerless": labels_of(stages, queries.stages_without_owner(campaign.id)),
        "failures": queries.failures_of(campaign.id), "promptness": queries.promptness_of(campaign.id, door.moment()),
    }  # fmt: skip


def needs_of(campaign: Campaign, tracking: dict, bar: Bar | None, *, has_versions: bool) -> list[Need]:
    """List what somebody has to do about a campaign that is under way, the most urgent first."""
    if campaign.state not in (Campaign.State.RUNNING, Campaign.State.PAUSED):
        return []
    found, late = [], tracking["promptness"].overdue
    if late:
        text = ngettext(
            "%(n)s friend has waited longer for a first call than was promised.",
            "%(n)s friends have waited longer for a first call than was promised.", late,
        ) % {"n": late}  # fmt: skip
        address = f"{reverse('dashboard:referrals')}?campaign={campaign.id}&clock=overdue"
        found.append(Need("clock-exclamation", text, address, gettext("Show them")))
    if campaign.budget is None:
        found.append(Need("wallet", gettext("No budget is set aside.")))
    elif bar and bar.is_tight:
        found.append(
            Need(
                "wallet",
                gettext("Budget: %(outlook)s") % {"outlook": bar.outlook},
                reverse("dashboard:budget", args=[campaign.budget_id]),
                gettext("To the budget"),
            )
        )
    if campaign.responsible_id is None:
        step = reverse("dashboard:campaign_step", args=[campaign.id, "people"])
        found.append(Need("user-question", gettext("Nobody is responsible for it."), step, gettext("Choose somebody")))
    if tracking["ownerless"]:
        text = gettext("Nobody owns: %(names)s.") % {"names": ", ".join(tracking["ownerless"])}
        found.append(Need("user-question", text, reverse("dashboard:responsibility", args=[campaign.id]), gettext("Change")))
    if campaign.draft_terms is not None and has_versions:
        step = reverse("dashboard:campaign_step", args=[campaign.id, "check"])
        found.append(
            Need(
                "file-text", gettext("New terms are written, but not in force yet."), step, gettext("Look at it and publish")
            )
        )
    return found


def labels_of(stages, ownerless: list[str]) -> list[str]:
    return [each.label for each in stages if each.stage in ownerless]
