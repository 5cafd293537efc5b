"""The list of referrals, each axis in its own column."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.queries import search_ids
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.lists import cells
from dashboard.lists.addresses import address_of
from dashboard.lists.people import verbs_for
from dashboard.lists.shape import Column, List, Sort
from dashboard.templatetags.dashboard import badge, day
from dashboard.templatetags.growth import channel, risk_state
from referrals.models import Campaign, FollowUp, Referral
from referrals.queries import referrals
from rewards.models import Reward
from tenancy import door
from tenancy.models import Membership

MOST_MATCHES = 200


def campaign_choices() -> list[tuple[str, str]]:
    rows = Campaign.objects.order_by("-id").values_list("id", "name")[:100]
    return choices_with_any(_("Any campaign"), [(str(key), name) for key, name in rows])


class ReferralFilters(FilterForm):
    q = SearchField(_("Referrer or friend"))
    campaign = forms.ChoiceField(required=False, label=_("Campaign"))
    stage = forms.ChoiceField(
        required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), Referral.Stage.choices)
    )
    attribution = forms.ChoiceField(
        required=False, label=_("Attribution"), choices=choices_with_any(_("Any attribution"), Referral.Attribution.choices)
    )
    risk = forms.ChoiceField(required=False, label=_("Risk"), choices=choices_with_any(_("Any risk"), Referral.Risk.choices))
    clock = forms.ChoiceField(
        required=False, label=_("Clock"),
        choices=choices_with_any(_("Any clock"), [("overdue", _("Overdue")), ("running", _("In time"))]),
    )  # fmt: skip
    reward = forms.ChoiceField(
        required=False,
        label=_("Rewards"),
        choices=choices_with_any(_("Any reward"), [("none", _("No reward")), *Reward.State.choices]),
    )

    def __init__(self, data=None):
        super().__init__(data)
        self.fields["campaign"].choices = cache(campaign_choices)

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("stage", "attribution", "risk") if name in chosen})
        if "campaign" in chosen:
            rows = rows.filter(campaign_id=chosen["campaign"])
        if "clock" in chosen:
            rows = rows.filter(_has_clock(chosen["clock"]))
        if "reward" in chosen:
            rows = rows.filter(_has_reward(chosen["reward"]))
        if "q" in chosen:
            people = search_ids(chosen["q"], MOST_MATCHES)
            rows = rows.filter(Q(referrer_id__in=people) | Q(referee_id__in=people))
        return rows


def _has_clock(state: str) -> Exists:
    late = {"due_at__lte": door.moment()} if state == "overdue" else {"due_at__gt": door.moment()}
    return Exists(FollowUp.objects.filter(referral_id=OuterRef("id"), ended_at=None, **late))


def _has_reward(state: str):
    rewards = Reward.objects.filter(referral_id=OuterRef("id"), successor_id=None)
    if state == "none":
        rewards = rewards.exclude(state__in=[Reward.State.ESTIMATED, Reward.State.LAPSED])
    return ~Exists(rewards) if state == "none" else Exists(rewards.filter(state=state))


def _fill(member: Membership, rows: Sequence[Referral]) -> None:
    states = _reward_states([row.id for row in rows])
    clocks = FollowUp.objects.filter(referral_id__in=[row.id for row in rows], ended_at=None)
    clocks = {clock.referral_id: clock for clock in clocks.select_related("holder__user")}
    for row in rows:
        row.reward_states = states.get(row.id, [])
        row.clock = clocks.get(row.id)


def _reward_states(referral_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """The fourth axis: each state its rewards are in, once."""
    found = defaultdict(set)
    rows = Reward.objects.filter(referral_id__in=referral_ids, successor_id=None)
    for referral_id, state in rows.values_list("referral_id", "state").distinct():
        found[referral_id].add(state)
    return {
        key: [(state, Reward.State(state).label) for state in Reward.State.values if state in states]
        for key, states in found.items()
    }


def _link(row: Referral) -> str:
    return address_of("referral", row.id)


def _friend(row: Referral) -> SafeString:
    return cells.named(row.referee.name, _link(row), gettext("brought by %(name)s") % {"name": row.referrer.name})


def _risk(row: Referral) -> SafeString:
    return badge(risk_state(row.risk), row.get_risk_display())


def _rewards(row: Referral) -> SafeString:
    return format_html_join(" ", "{}", ((badge(state, label),) for state, label in row.reward_states)) or cells.NOTHING


def _due(row: Referral) -> SafeString:
    """Until when somebody has to get in touch, where the clock runs."""
    if row.clock is None or row.clock.due_at is None:
        return cells.NOTHING
    if row.clock.due_at <= door.moment():
        return format_html('<span class="tone-orange">{}</span> {}', gettext("Overdue"), day(row.clock.due_at))
    return format_html("{}", day(row.clock.due_at))


def _holder(row: Referral) -> str:
    return row.clock.holder.user.name if row.clock and row.clock.holder else ""


COLUMNS = (
    Column("friend", _("Friend"), _friend, lambda row, reader: row.referee.name),
    Column(
        "referrer", _("Referrer"), lambda row: cells.customer_link(row.referrer), lambda row, reader: row.referrer.name,
        is_shown=False,
    ),
    Column("stage", _("Stage"), **cells.stated("stage")),
    Column("attribution", _("Attribution"), **cells.stated("attribution")),
    Column("risk", _("Risk"), _risk, lambda row, reader: str(row.get_risk_display())),
    Column(
        "rewards", _("Rewards"), _rewards,
        lambda row, reader: ", ".join(str(label) for _state, label in row.reward_states),
    ),
    Column("campaign", _("Campaign"), lambda row: cells.soft(row.campaign.name), lambda row, reader: row.campaign.name),
    Column("channel", _("Channel"), lambda row: cells.soft(channel(row.channel)), lambda row, reader: channel(row.channel),
           is_shown=False),
    Column("close_reason", _("Reason for closing"), **cells.plain("close_reason"), is_shown=False),
    Column("due", _("Due"), _due, lambda row, reader: row.clock.due_at if row.clock else None, css="num"),
    Column("holder", _("Looked after by"), lambda row: cells.soft(_holder(row)), lambda row, reader: _holder(row),
           is_shown=False),
    Column("confirmed", _("Confirmed"), **cells.dated("confirmed_at"), sort=Sort("confirmed_at"), css="num"),
    Column("converted", _("Converted on"), **cells.dated("converted_at"), is_shown=False, css="num"),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


def _facts(row: Referral, request: HttpRequest) -> list[tuple]:
    return [
        (_("Friend"), cells.customer_link(row.referee)), (_("Referrer"), cells.customer_link(row.referrer)),
        (_("Campaign"), row.campaign.name), (_("Stage"), cells.state("stage")(row)), (_("Risk"), _risk(row)),
        (_("Attribution"), cells.state("attribution")(row)), (_("Rewards"), _rewards(row)),
        (_("Channel"), channel(row.channel)), (_("Confirmed"), day(row.confirmed_at)),
    ]  # fmt: skip


REFERRALS = List(
    name="referrals", title=_("Referrals"), text=_("Who brought whom, and how far it has come."),
    permission="referrals:read", argument="referral_id", filters=ReferralFilters, rows=referrals,
    bare=lambda: Referral.objects.all(), columns=COLUMNS, sort="-confirmed",
    name_of=lambda row: row.referee.name, link_of=_link, empty="dashboard/parts/empty_referrals.html", facts=_facts,
    fill=_fill, verbs=verbs_for(lambda row: row.referee_id, wanted=("tag", "list", "task")), subject="referral",
)  # fmt: skip
