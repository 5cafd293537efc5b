"""The list of rewards."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm.queries import search_ids
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.lists import cells
from dashboard.lists.addresses import address_of
from dashboard.lists.people import verbs_for
from dashboard.lists.referrals import campaign_choices
from dashboard.lists.shape import Column, List, Sort
from dashboard.templatetags.dashboard import day
from dashboard.templatetags.growth import role, what
from foundation.ids import normalise_code
from referrals.models import Campaign
from rewards.models import Reward
from rewards.queries import late, rewards
from rewards.rules.in_kind import HANDED_OVER
from tenancy import door
from tenancy.models import Membership

_State = Reward.State


class RewardFilters(FilterForm):
    q = SearchField(_("Who gets it, or the code it shows"))
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=choices_with_any(_("Any state"), [*Reward.State.choices, ("late", _("Late"))]),
    )
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=choices_with_any(_("Any kind"), Reward.Kind.choices))
    campaign = forms.ChoiceField(required=False, label=_("Campaign"))

    def __init__(self, data=None):
        super().__init__(data)
        self.fields["campaign"].choices = cache(campaign_choices)

    def narrow(self, rows):
        chosen = self.chosen
        if chosen.get("state") == "late":
            rows = late(rows)
        elif "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        if "campaign" in chosen:
            rows = rows.filter(campaign_id=chosen["campaign"])
        if "q" in chosen:
            by_code = rows.filter(code=normalise_code(chosen["q"])[:16] or "-")
            rows = by_code if by_code.exists() else rows.filter(beneficiary_id__in=search_ids(chosen["q"], 200))
        return rows.filter(successor_id=None)


def _fill(member: Membership, rows: Sequence[Reward]) -> None:
    campaigns = Campaign.objects.in_bulk({row.campaign_id for row in rows} - {None})
    for row in rows:
        row.campaign = campaigns.get(row.campaign_id)
        is_open = row.state in (_State.ACCRUED, _State.HELD)
        is_on_the_way = row.state in (_State.AVAILABLE, _State.PAYING) and row.kind in (Reward.Kind.CASH, *HANDED_OVER)
        row.is_late = (is_open or is_on_the_way) and row.promised_by < door.moment()
        row.waits_days = (door.moment() - row.accrued_at).days if is_open or is_on_the_way else None


def _link(row: Reward) -> str:
    return address_of("reward", row.id)


def _for_whom(row: Reward) -> SafeString:
    return cells.named(row.beneficiary.name, _link(row), role(row.role))


def _what(row: Reward) -> SafeString:
    if row.kept and row.kept != row.amount:
        of = gettext("of %(amount)s") % {"amount": what(row, row.amount)}
        return format_html('{}<small class="row-under">{}</small>', what(row), of)
    return what(row)


def _waits(row: Reward) -> SafeString:
    if row.waits_days is None:
        return cells.NOTHING
    return cells.soft(ngettext("%(n)s day", "%(n)s days", row.waits_days) % {"n": row.waits_days})


def _promised_by(row: Reward) -> SafeString:
    if row.is_late:
        return format_html(
            '<span class="tone-orange">{}<small class="row-under tone-orange">{}</small></span>',
            day(row.promised_by),
            gettext("late"),
        )
    return cells.soft(day(row.promised_by))


def _campaign(row: Reward) -> str:
    return row.campaign.name if row.campaign else ""


def _units(name: str) -> dict[str, Any]:
    """Units of a reward; of money only where the reader's role sees amounts."""

    def value(row: Reward, reader: Any = None) -> Any:
        return masking.HIDDEN_AMOUNT if row.unit.kind == "money" and masking.amounts_are_hidden() else getattr(row, name)

    return {"cell": lambda row: cells.soft(value(row)), "value": value}


COLUMNS = (
    Column("customer", _("For whom"), _for_whom, lambda row, reader: row.beneficiary.name),
    Column("reward", _("Reward"), _what, lambda row, reader: str(what(row)), css="num"),
    Column("state", _("State"), **cells.stated("state")),
    Column("role", _("For"), lambda row: cells.soft(role(row.role)), lambda row, reader: role(row.role)),
    Column("campaign", _("Campaign"), lambda row: cells.soft(_campaign(row)), lambda row, reader: _campaign(row)),
    Column("waits", _("Waits"), _waits, lambda row, reader: row.waits_days, css="num"),
    Column("promised_by", _("Promised by"), _promised_by, lambda row, reader: row.promised_by, css="num",
           sort=Sort("promised_by", is_down=False)),
    Column("accrued", _("Accrued on"), **cells.dated("accrued_at"), sort=Sort("accrued_at"), is_shown=False, css="num"),
    Column("kind", _("Kind"), **cells.chosen("kind"), is_shown=False),
    Column("unit", _("Unit"), lambda row: cells.soft(row.unit.code), lambda row, reader: row.unit.code, is_shown=False),
    Column("amount", _("Promised"), **_units("amount"), is_shown=False, css="num"),
    Column("kept", _("Kept"), **_units("kept"), is_shown=False, css="num"),
    Column("settled", _("Settled on"), **cells.dated("settled_at"), is_shown=False, css="num"),
    Column("code", _("Code"), **cells.plain("code"), is_shown=False, is_text=True),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


def _facts(row: Reward, request: HttpRequest) -> list[tuple]:
    shown = [
        (_("For whom"), cells.customer_link(row.beneficiary)), (_("Reward"), _what(row)),
        (_("State"), cells.state("state")(row)), (_("For"), role(row.role)), (_("Campaign"), cells.soft(_campaign(row))),
        (_("Promised by"), _promised_by(row)), (_("Accrued on"), day(row.accrued_at)),
    ]  # fmt: skip
    return shown + ([(_("Settled on"), day(row.settled_at))] if row.settled_at else [])


REWARDS = List(
    name="rewards", title=_("Rewards"), text=_("What was promised to whom, until when, and what became of it."),
    permission="rewards:read", argument="reward_id", filters=RewardFilters, rows=rewards,
    bare=lambda: Reward.objects.all(), columns=COLUMNS, sort="-accrued",
    name_of=lambda row: row.beneficiary.name, link_of=_link, empty="dashboard/parts/empty_rewards.html", facts=_facts,
    fill=_fill, verbs=verbs_for(lambda row: row.beneficiary_id, wanted=("tag", "list", "task")),
    actions="dashboard/parts/rewards_actions.html", above="dashboard/parts/rewards_above.html",
    subject="reward",
)  # fmt: skip
