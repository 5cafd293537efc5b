"""Tasks of every kind, two contact plans with what they found, and twelve cases in every state."""

from datetime import timedelta
from uuid import UUID

from config.demo.care_words import WORDS, Words
from crm import operations as crm
from crm.models import Case, ContactPlan, ContactVisit, Customer, Order, Tag, Task
from tenancy import door, events

_DAY = timedelta(days=1)


def take_care(life) -> None:
    """Leave what a visitor looks for on the pages of tasks, cases and contact plans."""
    words = WORDS[life.shop.language]
    with life.at(life.today - 40 * _DAY, "owner"):
        topics = [crm.create_category("topic", name).id for name in words.topics]
        causes = [crm.create_category("cause", name).id for name in words.causes]
        plans = _plans(words, life.shop.tags[0])
    _visit(life, words, plans)
    _cases(life, words, topics, causes)
    _tasks(life, words)
    events.drain(life.organisation.id)


# --- plans ---------------------------------------------------------------------------------------------------


def _plans(words: Words, tag_name: str) -> list[ContactPlan]:
    after = [
        crm.StepReport(day=day, title=title, script=script, questions=words.questions if day == 30 else ())
        for day, (title, script) in zip((3, 30, 90), words.after_order, strict=True)
    ]
    first = crm.create_plan(name=words.plan_names[0], trigger=ContactPlan.Trigger.ORDER_PAID, steps=after)
    title, script = words.regular
    step = crm.StepReport(day=0, title=title, script=script, kind=Task.Kind.CALL, assignee_rule="round")
    tag = Tag.objects.filter(name=tag_name).first()
    every = crm.create_plan(
        name=words.plan_names[1], trigger=ContactPlan.Trigger.EVERY, every_days=90, tag_id=tag and tag.id, steps=[step]
    )
    return [first, every]


def _visit(life, words: Words, plans: list[ContactPlan]) -> None:
    """Put a dozen buyers on the plans in the past and let them be visited."""
    with life.at(life.today - 36 * _DAY, "service"):
        orders = Order.objects.filter(status=Order.Status.PAID, customer__isnull=False).select_related("customer")
        known: dict[UUID, Order] = {}
        for order in orders.filter(paid_at__lt=door.moment()).order_by("-paid_at")[:60]:
            known.setdefault(order.customer_id, order)
        for order in list(known.values())[:12]:
            crm.enrol(
                plans[0], order.customer, cause=f"order:{order.id}", started_at=door.moment() - 2 * _DAY,
                seller_id=life.members["sales"].id, order_id=order.id,
            )  # fmt: skip
        tagged = Customer.objects.filter(tags__tag_id=plans[1].tag_id).order_by("id")[:8] if plans[1].tag_id else []
        for customer in tagged:
            crm.enrol(plans[1], customer, cause=f"every:{customer.id}:demo", started_at=door.moment() + 20 * _DAY)
    for days, order in zip((7, 4, 3), list(known.values())[12:15], strict=False):
        with life.at(life.today - days * _DAY, "service"):  # due days ago, yesterday and today
            crm.enrol(plans[0], order.customer, cause=f"order:{order.id}", started_at=door.moment(), order_id=order.id)
    for days in (35, 30, 16, 8):
        with life.at(life.today - days * _DAY, "service"):
            crm.turn_plans()
            _find(life, words, days)


def _find(life, words: Words, days: int) -> None:
    """Write down most of what is due; a few are not reached, some are left to be missed."""
    due = ContactVisit.objects.filter(state=ContactVisit.State.OPEN, due_at__lte=door.moment() + _DAY)
    for place, visit in enumerate(list(due.order_by("id"))):
        if place % 5 == 4 and days < 12:
            continue
        if place % 7 == 6:
            crm.record_result(visit.task_id, result=Task.Result.NOT_REACHED)
            continue
        satisfied, problem, wish, text = words.findings[(place + days) % len(words.findings)]
        answers = dict.fromkeys(visit.step.questions, words.answer)
        crm.record_finding(visit.id, satisfied=satisfied, has_problem=problem, wants_to_buy=wish, text=text, answers=answers)


# --- cases -----------------------------------------------------------------------------------------------------


def _cases(life, words: Words, topics: list[UUID], causes: list[UUID]) -> None:
    """Open twelve cases over a month and bring each to its state."""
    ways = ["rated5", "rated4", "rated5", "rated2", "closed", "solved", "reopened", "waiting", "open", "open", "late", "new"]
    for place, (way, (subject, text, answer)) in enumerate(zip(ways, words.cases, strict=True)):
        opened = life.today - timedelta(days=max(1, 33 - 3 * place), hours=place)
        if way == "new":
            opened = life.today - timedelta(minutes=40)
        who = "service" if place % 3 else "owner"
        with life.at(opened, who):
            customer_id = life.customers[place * 3]
            case = crm.open_case(
                subject=subject, description=text, customer_id=customer_id, category_id=topics[place % len(topics)],
                channel=[*Case.Channel][place % 6], priority=[3, 2, 3, 1, 3, 4][place % 6],
                owner_id=None if way == "new" else life.members[who].id,
            )  # fmt: skip
        _bring(life, words, case, way, answer, causes[place % len(causes)], who)


def _bring(life, words: Words, case: Case, way: str, answer: str, cause_id: UUID, who: str) -> None:
    if way in ("new", "late"):
        return
    with life.at(case.opened_at + timedelta(hours=2), who):
        crm.note_on_case(case.id, words.note)
        crm.reply_to_case(case.id, answer, waits=way in ("waiting", "rated4"))
    if way in ("waiting", "open"):
        return
    with life.at(case.opened_at + timedelta(hours=9), who):
        crm.hear_from_customer(case.id, words.customer_says)
        crm.solve_case(case.id, resolution=answer, cause_id=cause_id)
    if way == "solved":
        return
    with life.at(case.opened_at + timedelta(hours=20), who):
        crm.close_case(case.id)
    with life.at(case.opened_at + timedelta(hours=26), who if way == "reopened" else ""):
        if way == "reopened":
            crm.reopen_case(case.id, words.reopened)
        elif way.startswith("rated"):
            door.act_as(door.Actor("customer", case.customer_id))
            stars = int(way[-1])
            crm.rate_case(case.id, 0, stars=stars, comment=words.comments[0 if stars > 3 else 1])


# --- tasks -------------------------------------------------------------------------------------------------------


def _tasks(life, words: Words) -> None:
    """Leave the owner tasks of every kind: repeating, with a checklist, handed over, escalated, talked about."""
    owner, service = life.members["owner"].id, life.members["service"].id
    kinds = [Task.Kind.CALL, Task.Kind.VISIT, Task.Kind.MESSAGE, Task.Kind.EMAIL, Task.Kind.TODO, Task.Kind.RETURN_VISIT]
    with life.at(life.today - 5 * _DAY, "sales"):
        made = [
            crm.add_task(
                key=f"demo:kind:{kind}", kind=kind, title=title, due_at=life.today + timedelta(days=place - 1, hours=place),
                customer_id=life.customers[2 + place], assignee_id=owner, script=words.script if place in (0, 5) else "",
                description=words.description if place == 1 else "", is_all_day=kind == Task.Kind.VISIT,
                checklist=words.checklist if kind == Task.Kind.TODO else (), priority=1 + place % 3,
                repeats="weekly" if kind == Task.Kind.TODO else "monthly" if kind == Task.Kind.EMAIL else "",
            )
            for place, (kind, title) in enumerate(zip(kinds, words.kinds, strict=True))
        ]  # fmt: skip
        crm.add_task(
            key="demo:missed", title=words.missed, due_at=life.today - 4 * _DAY, assignee_id=service, kind=Task.Kind.CALL,
            customer_id=life.customers[9],
        )  # fmt: skip
        crm.comment_on_task(made[1].id, words.comment)
        crm.assign_task(made[2].id, owner, words.hand_over)
    with life.at(life.today - 2 * _DAY):
        crm.escalate_missed()
    with life.at(life.today):
        crm.turn_plans()
        crm.escalate_missed()
