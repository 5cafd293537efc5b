"""One referral with everything that moved it, and one decision in full."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language, gettext

from crm.models import Customer, Order
from dashboard.abuse_signs import signs_of
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.claim_page import attribution_panel
from dashboard.forms_growth import CloseForm, ReasonForm
from dashboard.forms_terms import sentences
from dashboard.people import members
from dashboard.referral_tracking import tracking_of
from dashboard.source_words import source_words
from dashboard.templatetags.dashboard import money, number
from referrals import check_texts, queries, reasons
from referrals import operations as referring
from referrals.explain import explain, explain_all
from referrals.models import Campaign, Decision, Referral, Touch
from referrals.why_not import why_referral
from rewards.models import Reward


@staff("referrals:read")
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(queries.referrals(), id=referral_id))


def show_referral(request: HttpRequest, found: Referral, **tracking) -> HttpResponse:
    """Show the page with something of its way: a refused form, or a link that is shown once."""
    return _show(request, found, tracking=tracking)


def _show(request, found: Referral, *, open_form: str = "", form=None, tracking: dict | None = None) -> HttpResponse:
    forms = {
        "close": CloseForm(auto_id="close_%s"),
        "hold": ReasonForm(auto_id="hold_%s"),
        "fraud": ReasonForm(auto_id="fraud_%s"),
    }
    if form is not None:
        forms[open_form] = form
    context = {
        "referral": found, "moves": _moves(found), "sentences": sentences(found.rule_version.terms),
        "decisions": [(row, explain(row, get_language(), "staff")) for row in _decisions(found)],
        "rewards": queries.rewards_of_referral(found.id), "touch": _touch(found), "open_form": open_form,
        "close_form": forms["close"], "hold_form": forms["hold"], "fraud_form": forms["fraud"], "can": _can(found),
        "closed_because": reasons.label(found.close_reason) if found.close_reason in reasons.REASONS else found.close_reason,
        "closed_by": reasons.who(found.close_reason) if found.close_reason in reasons.REASONS else "",
        "order": _converting_order(request, found), "is_newest_version": _is_newest(found),
        "nothing_yet": _nothing_yet(found), **signs_of(found.id), "attribution": attribution_panel(found),
        "tracking": tracking_of(request, found, **(tracking or {})),
        "source_conflicts": source_words(found),
    }  # fmt: skip
    response = page(request, "dashboard/referral.html", context)
    response.status_code = 422 if open_form or (tracking or {}).get("open_dialog") else 200
    return response


def _decisions(found: Referral) -> list[Decision]:
    return list(queries.decisions_for(referral_id=found.id)[:50])


def _nothing_yet(found: Referral) -> list[str]:
    """Say why nothing has come of it (yet); nothing where something has."""
    sections = why_referral(found.id, get_language()).sections
    return [step.text for section in sections if section.key == "story" for step in section.steps]


def _can(found: Referral) -> dict[str, bool]:
    """Say which moves the referral can make now; the operations decide again."""
    stages, risks = Referral.Stage, Referral.Risk
    is_open = found.stage in (stages.CONFIRMED, stages.CONTACTED, stages.QUALIFIED)
    return {
        "contact": found.stage == stages.CONFIRMED, "qualify": found.stage in (stages.CONFIRMED, stages.CONTACTED),
        "close": is_open,
        "hold": found.risk in (risks.CLEAR, risks.FLAGGED, risks.CLEARED),
        "review": found.risk in (risks.FLAGGED, risks.HELD),
    }  # fmt: skip


_ICONS = {"stage": "arrow-right", "attribution": "user-check", "risk": "shield"}


def _moves(found: Referral) -> list[dict]:
    """Every move on an axis, newest first, with who made it."""
    names = {member.id: member.user.name for member in members()}
    return [
        {"move": move, "icon": _ICONS.get(move.axis, "point"), "who": names.get(move.actor_id, "")}
        for move in reversed(queries.history(found.id))
    ]


def _touch(found: Referral) -> Touch | None:
    if not found.code_id or not found.touched_at:
        return None
    return Touch.objects.filter(code_id=found.code_id, occurred_at=found.touched_at).first()


def _converting_order(request, found: Referral) -> Order | None:
    if not found.converting_order_id or not may(request, "orders:read"):
        return None
    return Order.objects.filter(id=found.converting_order_id).first()


def _is_newest(found: Referral) -> bool:
    current = queries.current_version(found.campaign_id)
    return current is not None and current.id == found.rule_version_id


# --- what can be done here --------------------------------------------------------------------------------


@action("referrals:write")
def referral_contacted(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    referring.move_stage(referral_id, Referral.Stage.CONTACTED)
    return done(request, gettext("Noted: the friend was contacted."), "dashboard:referral", referral_id)


@action("referrals:write")
def referral_qualified(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    referring.move_stage(referral_id, Referral.Stage.QUALIFIED)
    return done(request, gettext("Noted: the friend is qualified."), "dashboard:referral", referral_id)


@action("referrals:write")
def referral_close(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    found, form = get_object_or_404(queries.referrals(), id=referral_id), CloseForm(request.POST, auto_id="close_%s")
    if form.is_valid():
        with blamed_on(form):
            referring.close_referral(referral_id, form.cleaned_data.pop("reason"), **form.cleaned_data)
            return done(request, gettext("The referral is closed."), "dashboard:referral", referral_id)
    return _show(request, found, open_form="close", form=form)


@action("referrals:write")
def referral_hold(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    message = gettext("The referral and its rewards wait for review.")
    return _with_reason(request, referral_id, "hold", ReasonForm, referring.flag_risk, message)


@action("referrals:write")
def referral_clear(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    referring.clear_risk(referral_id)
    return done(request, gettext("The referral is cleared; its rewards go on."), "dashboard:referral", referral_id)


@action("referrals:write")
def referral_fraud(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    message = gettext("Abuse is confirmed; the rewards are taken back.")
    return _with_reason(request, referral_id, "fraud", ReasonForm, referring.confirm_fraud, message)


def _with_reason(request, referral_id, name, form_class, operation, message) -> HttpResponse:
    found = get_object_or_404(queries.referrals(), id=referral_id)
    form = form_class(request.POST, auto_id=f"{name}_%s")
    if form.is_valid():
        with blamed_on(form):
            operation(referral_id, form.cleaned_data["reason"])
            return done(request, message, "dashboard:referral", referral_id)
    return _show(request, found, open_form=name, form=form)


# --- one decision -----------------------------------------------------------------------------------------


@staff("referrals:read")
def decision(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Show what was known, what was checked, what came of it, and how each side is told."""
    found = get_object_or_404(Decision.objects.select_related("rule_version"), id=decision_id)
    staff_words = explain(found, get_language(), "staff")
    spoken = [line for line in staff_words.lines if line.passed is not None]
    context = {
        "decision": found, "why": staff_words, "effects": [line for line in staff_words.lines if line.passed is None],
        "checks": [
            (check["passed"], line.text, *_seen(found, check)) for check, line in zip(found.checks, spoken, strict=True)
        ],
        "customer_words": sorted(explain_all(found, "customer").items(), key=lambda pair: pair[0] != get_language()),
        "facts": _facts(found), "sentences": sentences(found.rule_version.terms) if found.rule_version_id else [],
        "campaign": Campaign.objects.filter(id=found.campaign_id).first() if found.campaign_id else None,
        "referral": queries.referrals().filter(id=found.referral_id).first() if found.referral_id else None,
        "customer": Customer.objects.filter(id=found.customer_id).first() if found.customer_id else None,
        "order": Order.objects.filter(id=found.order_id).first() if found.order_id else None,
        "rewards": _rewards_of(found),
        "others": queries.decisions_for(order_id=found.order_id).exclude(id=found.id)[:20] if found.order_id else [],
    }  # fmt: skip
    return page(request, "dashboard/decision.html", context)


def _rewards_of(found: Decision) -> list[Reward]:
    ids = [effect["reward_id"] for effect in found.effects if effect.get("reward_id")]
    return list(Reward.objects.filter(id__in=ids).select_related("unit", "coupon_kind").order_by("id"))


_MONEY_CHECKS = {name for name, texts in check_texts.TEXTS.items() if texts.is_money}
_SAID = {"condition", "scheme"}  # the text of these says it all


def _seen(found: Decision, check: dict) -> tuple[str, str]:
    """Write what a check expected and what it found."""
    currency = found.rule_version.terms["currency"] if found.rule_version_id else found.facts["order"]["currency"]
    said = {True: gettext("yes"), False: gettext("no")} | _statuses()

    def write(value) -> str:
        if value is None or check["check"] in _SAID:
            return ""
        if isinstance(value, bool | str):
            return said.get(value, value)
        return money(value, currency) if check["check"] in _MONEY_CHECKS else number(value)

    return write(check["expected"]), write(check["actual"])


def _statuses() -> dict[str, str]:
    return {"placed": gettext("not paid yet"), "paid": gettext("paid"), "cancelled": gettext("cancelled")}


def _facts(found: Decision) -> list[tuple[str, object, str]]:
    """The facts it was made from: (label, value, how to show it)."""
    order, referral = found.facts["order"], found.facts.get("referral") or {}
    rows = [
        (gettext("Order is"), _statuses().get(order["status"]), ""),
        (gettext("Total"), order["total_minor"], order["currency"]),
        (gettext("Kept"), order["kept_minor"], order["currency"]),
        (gettext("Paid"), _moment(order.get("paid_at")), "moment"),
        (gettext("Link followed"), _moment(referral.get("touched_at")), "moment"),
        (gettext("Friend confirmed"), _moment(referral.get("confirmed_at")), "moment"),
        (gettext("Place among the friend's orders"), found.facts.get("place"), "number"),
        (gettext("Referrer's rewards within 30 days"), found.facts.get("counted_30_days"), "number"),
        (gettext("Referrer's rewards in all"), found.facts.get("counted_referrer"), "number"),
        (gettext("Rewards of the campaign"), found.facts.get("counted_campaign"), "number"),
    ]  # fmt: skip
    return [row for row in rows if row[1] is not None]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


urls = [
    path("referrals/<uuid:referral_id>/", referral, name="referral"),
    path("referrals/<uuid:referral_id>/contacted/", referral_contacted, name="referral_contacted"),
    path("referrals/<uuid:referral_id>/qualified/", referral_qualified, name="referral_qualified"),
    path("referrals/<uuid:referral_id>/close/", referral_close, name="referral_close"),
    path("referrals/<uuid:referral_id>/hold/", referral_hold, name="referral_hold"),
    path("referrals/<uuid:referral_id>/clear/", referral_clear, name="referral_clear"),
    path("referrals/<uuid:referral_id>/fraud/", referral_fraud, name="referral_fraud"),
    path("decisions/<uuid:decision_id>/", decision, name="decision"),
]
