"""One reward: its way, why it is there, and what can be done with it."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_growth import ReasonForm
from dashboard.people import names_of
from dashboard.templatetags.growth import what_of
from referrals.models import Campaign, Decision
from referrals.queries import latest_decisions
from referrals.why import why_reward
from referrals.why_sections import CUSTOMER
from rewards import operations as rewarding
from rewards.models import Approval, CouponKind, GiftOrder, JournalEntry, Reward, Unit
from rewards.queries import entries, forms_of, with_arrows
from rewards.queries import rewards as all_rewards
from rewards.rules.in_kind import HANDED_OVER, IN_KIND, OF_LOYALTY

_State = Reward.State


@staff("rewards:read")
def reward(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(all_rewards(), id=reward_id))


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("No personal data, please."))


def _show(request, found: Reward, form: ReasonForm | None = None) -> HttpResponse:
    why = why_reward(found.id, get_language())
    context = {
        "reward": found, "steps": _steps(found), "why": why, "books": _entries(request, why), "who": _people(why),
        "told": why_reward(found.id, get_language(), audience=CUSTOMER),
        "hold_form": form or ReasonForm(auto_id="hold_%s"), "is_form_open": form is not None,
        "note_form": NoteForm(auto_id="note_%s"),
        "can": _can(found), "options": _options(found), "question": _question(found),
        "decision": _decision(request, found), "order": _order(found),
        "campaign": Campaign.objects.filter(id=found.campaign_id).first() if found.campaign_id else None,
        "coupon": found.coupons.select_related("kind").first() if found.kind == Reward.Kind.COUPON else None,
    }  # fmt: skip
    response = page(request, "dashboard/reward.html", context)
    response.status_code = 422 if form else 200
    return response


def _people(why) -> dict[UUID, str]:
    return names_of({step.actor_id for section in why.sections for step in section.steps if step.actor_id})


def _entries(request, why) -> dict[UUID, JournalEntry]:
    """The journal behind the story, for those who may look into it."""
    if not may(request, "ledger:read"):
        return {}
    ids = {step.entry_id for section in why.sections for step in section.steps if step.entry_id}
    return {entry.id: entry for entry in with_arrows(entries().filter(id__in=ids), of=forms_of(why.reward_id))}


def _decision(request, found: Reward) -> Decision | None:
    if not may(request, "referrals:read") or not found.order_id:
        return None
    return latest_decisions([found.order_id]).get(found.order_id)


def _order(found: Reward) -> GiftOrder | None:
    """The order that brings a gift of the catalogue."""
    return GiftOrder.objects.filter(reward_id=found.id).order_by("-id").first()


def _question(found: Reward) -> Approval | None:
    return Approval.objects.filter(reward_id=found.id, state=Approval.State.WAITING).first()


def _can(found: Reward) -> dict[str, bool]:
    """Say what can be done now; the operations decide again."""
    is_catalogue = bool(found.details.get("item_id"))
    is_due = found.state == _State.AVAILABLE and found.kind in IN_KIND and found.kind not in OF_LOYALTY
    under_way = [state for state in GiftOrder.State if state not in (GiftOrder.State.CANCELLED, GiftOrder.State.RETURNED)]
    is_sent = GiftOrder.objects.filter(reward_id=found.id, state__in=under_way).exists()
    return {
        "hold": found.state == _State.ACCRUED,
        "release": found.state == _State.HELD and found.hold_cause not in ("approval", "budget"),
        "issue": is_due and not is_catalogue, "send": is_due and is_catalogue and not is_sent,
        "choose": bool(found.options) and found.state in (_State.ACCRUED, _State.HELD) and not found.successor_id,
    }  # fmt: skip


def _options(found: Reward) -> list[dict]:
    """What the person may choose from, as the page shows it."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[option["unit"] for option in found.options])}
    kinds = CouponKind.objects.in_bulk({UUID(o["coupon_kind_id"]) for o in found.options if o["coupon_kind_id"]})

    def named(option: dict) -> str:
        unit = units.get(option["unit"]) or Unit(code=option["unit"], kind=_kind_of(option["unit"]))
        coupon_kind = kinds.get(UUID(option["coupon_kind_id"])) if option["coupon_kind_id"] else None
        return what_of(unit, option["amount"], title=option["title"], coupon_kind=coupon_kind)

    return [
        {"number": number, "kind": option["kind"], "is_now": number == found.option, "what": named(option)}
        for number, option in enumerate(found.options)
    ]


def _kind_of(code: str) -> str:
    """A unit that nobody has needed yet has no row."""
    return {"POINT": Unit.Kind.POINTS, "COUPON": Unit.Kind.COUPON, "PIECE": Unit.Kind.PIECE}.get(code, Unit.Kind.MONEY)


# --- its way ---------------------------------------------------------------------------------------------


def _steps(found: Reward) -> list[dict]:
    """The line from promise to hand: each step with its date and whether it is reached."""
    if found.state in (_State.ESTIMATED, _State.LAPSED):
        return _expected_steps(found)
    steps = [_step(gettext("Promised"), found.accrued_at, "is-done"), _hold_step(found)]
    if found.state == _State.REVERSED:
        return [*steps, _step(gettext("Taken back"), None, "is-bad")]
    is_there = found.settled_at is not None
    needs_more = found.kind in (*HANDED_OVER, Reward.Kind.CASH)
    steps.append(
        _step(gettext("Available"), found.settled_at, "is-done")
        if is_there
        else _step(gettext("Available") if needs_more else gettext("Promised by"), None if needs_more else found.promised_by)
    )
    if needs_more:
        is_done = found.state in (_State.ISSUED, _State.PAID)
        label = gettext("Paid out") if found.kind == Reward.Kind.CASH else gettext("Handed over")
        steps.append(_step(label, None, "is-done") if is_done else _step(gettext("Promised by"), found.promised_by))
    return steps


def _step(label: str, at, look: str = "") -> dict:
    return {"label": label, "at": at, "look": look}


def _hold_step(found: Reward) -> dict:
    if found.state == _State.HELD:
        labels = {
            "approval": gettext("Needs a second person"),
            "budget": gettext("Waits for money"),
            "payroll": gettext("Is paid with the salary"),
        }
        return _step(labels.get(found.hold_cause, gettext("Under review")), None, "is-waiting")
    return _step(gettext("Waiting time over"), found.hold_until, "is-done" if found.settled_at else "is-waiting")


def _expected_steps(found: Reward) -> list[dict]:
    first = _step(gettext("Expected"), found.accrued_at, "is-done")
    if found.state == _State.LAPSED:
        return [first, _step(gettext("Did not come true"), None, "is-bad")]
    return [
        first,
        _step(gettext("The friend buys, until"), found.hold_until, "is-waiting"),
        _step(gettext("Promised"), None),
    ]


# --- what can be done here --------------------------------------------------------------------------------


@action("rewards:write")
def reward_hold(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_rewards(), id=reward_id)
    form = ReasonForm(request.POST, auto_id="hold_%s")
    if form.is_valid():
        with blamed_on(form):
            rewarding.put_on_hold(reward_id, cause=form.cleaned_data["reason"][:40])
            return done(request, gettext("The reward waits for review."), "dashboard:reward", reward_id)
    return _show(request, found, form)


@action("rewards:write")
def reward_release(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    released = rewarding.release_hold(reward_id)
    message = (
        gettext("It is released. Something else holds it still.")
        if released.state == _State.HELD
        else gettext("The reward goes on.")
    )
    return done(request, message, "dashboard:reward", reward_id)


@action("rewards:write")
def reward_issue(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    form = NoteForm(request.POST)
    rewarding.issue_reward(reward_id, note=form.cleaned_data["note"] if form.is_valid() else "")
    return done(request, gettext("Noted: it is in the customer's hands."), "dashboard:reward", reward_id)


@action("rewards:write")
def reward_send(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    """Put a gift of the catalogue on the delivery board."""
    get_object_or_404(all_rewards(), id=reward_id)
    order = rewarding.send_gift(reward_id)
    return done(request, gettext("It is on the delivery board."), "dashboard:gift_order", order.id)


@action("rewards:write")
def reward_choose(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    """Choose for the customer, who has told what they like."""
    get_object_or_404(all_rewards(), id=reward_id)
    text = request.POST.get("option", "")
    chosen = rewarding.choose_option(reward_id, int(text) if text.isdecimal() and len(text) < 3 else -1)
    return done(request, gettext("The choice is noted."), "dashboard:reward", chosen.id)


urls = [
    path("rewards/<uuid:reward_id>/", reward, name="reward"),
    path("rewards/<uuid:reward_id>/hold/", reward_hold, name="reward_hold"),
    path("rewards/<uuid:reward_id>/release/", reward_release, name="reward_release"),
    path("rewards/<uuid:reward_id>/issue/", reward_issue, name="reward_issue"),
    path("rewards/<uuid:reward_id>/send/", reward_send, name="reward_send"),
    path("rewards/<uuid:reward_id>/choose/", reward_choose, name="reward_choose"),
]
