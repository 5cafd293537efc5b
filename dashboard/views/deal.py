"""One deal: its facts, stages, products, money and history; new and changed ones."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import Deal, Task
from crm.operations import deals as selling
from crm.queries import deals as reading
from crm.queries.deal_money import money_of, receipts_of
from crm.rules.deals import whole_days
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done
from dashboard.custom_fields import custom_facts
from dashboard.customer_page import CustomerTaskForm, TalkForm
from dashboard.forms_deals import (
    GiveBackForm,
    HandOverForm,
    InstalmentForm,
    NextStepForm,
    ReceiptForm,
)
from dashboard.navigation import link_to
from dashboard.people import names_of
from dashboard.templatetags.dashboard import money
from dashboard.templatetags.deals import dress
from dashboard.views.deals import seen_deals
from foundation.ids import new_code, new_id
from referrals.queries import referrals
from tenancy import door

_SHOWN = 8


def found_deal(request: HttpRequest, deal_id: UUID) -> Deal:
    return get_object_or_404(seen_deals(request), id=deal_id)


@staff("deals:read")
def deal(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    return show(request, found_deal(request, deal_id))


def show(request: HttpRequest, found: Deal, **refused: forms.Form) -> HttpResponse:
    """Show the page; a refused form comes back in its dialogue with status 422."""
    today = timezone.localdate(door.moment())
    dress(found)
    moves = reading.history(found.id)
    plan = money_of(found, today)
    context = {
        "deal": found,
        "moves": _told(moves),
        "stages": _stage_bar(found, moves),
        "lines": list(found.lines.order_by("position")),
        "money": plan,
        "parts": _parts(plan),
        "receipts": receipts_of(found.id),
        "cycle": _cycle(found),
        "source_link": _source_link(found),
        "custom_facts": custom_facts("deal", request.membership, found.custom),
        "back": f"{reverse('dashboard:deals')}?pipeline={found.pipeline_id}",
        **_ends(found),
        **_forms(request, found, plan, today),
        **_around(request, found),
        **refused,
        **{f"open_{name}": True for name in refused},
    }
    if may(request, "deals:write"):
        _give_back(context["receipts"], refused.get("back_form"), found.currency)
    return render(request, "dashboard/deal.html", context, status=422 if refused else 200)


def _forms(request, found: Deal, plan, today) -> dict:
    if not may(request, "deals:write"):
        return {}
    waiting = [
        (str(each.due.id), f"{each.due.label or each.due.due_on} · {money(each.open_minor, found.currency)}")
        for each in plan.planned
        if each.open_minor
    ]
    next_due = next((each.open_minor for each in plan.planned if each.open_minor), None)
    receipt = {"received_on": today, "reference": new_code(12), "amount_minor": next_due or max(plan.open_minor, 0) or None}
    step = {"next_step": found.next_step, "next_step_on": found.next_step_on}
    return {
        "instalment_form": InstalmentForm(
            currency=found.currency, auto_id="instalment_%s", initial={"amount_minor": max(plan.unplanned_minor, 0) or None}
        ),
        "receipt_form": ReceiptForm(currency=found.currency, instalments=waiting, auto_id="receipt_%s", initial=receipt),
        "hand_form": HandOverForm(auto_id="hand_%s", initial={"owner": str(found.owner_id or "")}),
        "step_form": NextStepForm(auto_id="step_%s", initial=step),
        "talk_form": TalkForm(),
        "task_form": CustomerTaskForm(auto_id="task_%s", initial={"assignee": str(request.membership.id)}),
    }


def _give_back(receipts, refused, currency: str) -> None:
    """Give each receipt of which something is left the form to give it back."""
    for row in receipts:
        row.dialog = f"give-back-{row.id}"
        row.is_open = refused is not None and refused.receipt_id == row.id
        fresh = GiveBackForm(
            currency=currency,
            auto_id=f"back_{row.id}_%s",
            initial={"reference": new_code(12), "amount_minor": row.left_minor},
        )
        row.form = refused if row.is_open else fresh


def _ends(found: Deal) -> dict:
    """Where the deal goes when it is won or lost."""
    ends = {stage.kind: stage.id for stage in reading.stages_of(found.pipeline_id) if stage.kind != "open"}
    return {"won_stage": ends.get("won"), "lost_stage": ends.get("lost")}


def _told(moves) -> list:
    """Name who did each step."""
    names = names_of([move.actor_id for move in moves if move.actor_kind == "user" and move.actor_id])
    for move in moves:
        move.who = names.get(move.actor_id) or (gettext("API") if move.actor_kind == "key" else gettext("The system"))
    return moves


def _stage_bar(found: Deal, moves) -> list[dict]:
    """The stages of its pipeline, with the time in each; those before the present one are behind it."""
    spent = reading.time_in_stages(found, moves, door.moment())
    stages = [
        stage
        for stage in reading.stages_of(found.pipeline_id)
        if stage.kind == "open" or stage.id == found.stage_id or stage.kind == "won"
    ]
    if found.state == "lost":
        stages = [stage for stage in stages if stage.kind != "won"]
    here = next((at for at, stage in enumerate(stages) if stage.id == found.stage_id), len(stages))
    return [
        {"stage": stage, "seconds": spent.get(stage.id), "is_here": at == here, "is_behind": at < here}
        for at, stage in enumerate(stages)
    ]


def _parts(plan) -> list[dict]:
    """The money as a bar: what came, what is late, what is planned, what is in no plan."""
    whole = max(plan.amount_minor, plan.planned_minor, plan.kept_minor)
    if not whole:
        return []
    overdue = plan.overdue_minor
    expected = sum(each.open_minor for each in plan.planned) - overdue
    rest = max(0, whole - plan.kept_minor - overdue - expected)
    rows = [
        ("received", gettext("Received"), plan.kept_minor), ("late", gettext("Overdue"), overdue),
        ("expected", gettext("Expected"), expected), ("rest", gettext("Not planned"), rest),
    ]  # fmt: skip
    return [
        {"key": key, "label": label, "minor": minor, "width": round(100 * minor / whole, 2)}
        for key, label, minor in rows
        if minor
    ]


def _cycle(found: Deal) -> int:
    """Days it has been open, in all."""
    running = (door.moment() - found.opened_at).total_seconds() if found.state == "open" else 0
    return whole_days(found.open_seconds + max(0, int(running)))


def _source_link(found: Deal) -> str:
    return (
        link_to(found.source, found.source_id)
        if found.source_id and found.source in ("lead", "referral", "campaign")
        else ""
    )


def _around(request, found: Deal) -> dict:
    """What is known of the customer: tasks, talks, who brought them."""
    shown: dict = {
        "talks": found.customer.interactions.select_related("author__user").order_by("-occurred_at", "-id")[:_SHOWN]
    }
    if may(request, "tasks:read"):
        tasks = Task.objects.filter(customer_id=found.customer_id, state=Task.State.OPEN).select_related("assignee__user")
        shown["tasks"] = tasks.order_by("due_at", "id")[:_SHOWN]
    if may(request, "referrals:read"):
        shown["referral"] = referrals(referee_id=found.customer_id).first()
    return shown


# --- next step, owner, what was said -----------------------------------------------------------------------------------


@action("deals:write")
def deal_step(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found = found_deal(request, deal_id)
    form = NextStepForm(request.POST, auto_id="step_%s")
    if form.is_valid():
        selling.change_deal(deal_id, **form.cleaned_data)
        return done(request, gettext("The next step is noted."), "dashboard:deal", deal_id)
    return show(request, found, step_form=form)


@action("deals:write")
def deal_hand_over(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found = found_deal(request, deal_id)
    form = HandOverForm(request.POST, auto_id="hand_%s")
    if form.is_valid():
        with blamed_on(form):
            selling.hand_over(deal_id, form.cleaned_data["owner"], note=form.cleaned_data["note"])
            return done(
                request,
                gettext("Handed over."),
                "dashboard:deals" if not form.cleaned_data["owner"] else "dashboard:deal",
                *([deal_id] if form.cleaned_data["owner"] else []),
            )
    return show(request, found, hand_form=form)


@action("deals:write")
def deal_talk(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    """Write down what was said; it is in the customer's timeline too."""
    found = found_deal(request, deal_id)
    form = TalkForm(request.POST)
    if form.is_valid():
        crm.record_interaction(found.customer_id, **form.cleaned_data)
        return done(request, gettext("Written down."), "dashboard:deal", deal_id)
    return show(request, found, talk_form=form)


@action("deals:write")
def deal_task(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found = found_deal(request, deal_id)
    form = CustomerTaskForm(request.POST, auto_id="task_%s")
    if form.is_valid():
        asked = form.cleaned_data
        crm.add_task(
            key=f"deal:{deal_id}:{new_id()}", title=asked["title"], due_at=asked["due_at"], customer_id=found.customer_id,
            assignee_id=asked["assignee"],
        )  # fmt: skip
        return done(request, gettext("Task added."), "dashboard:deal", deal_id)
    return show(request, found, task_form=form)


urls = [
    path("deals/<uuid:deal_id>/", deal, name="deal"),
    path("deals/<uuid:deal_id>/next-step/", deal_step, name="deal_step"),
    path("deals/<uuid:deal_id>/hand-over/", deal_hand_over, name="deal_hand_over"),
    path("deals/<uuid:deal_id>/talk/", deal_talk, name="deal_talk"),
    path("deals/<uuid:deal_id>/tasks/", deal_task, name="deal_task"),
]
