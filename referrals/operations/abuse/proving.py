"""Ask a referrer for proof: themselves, where they can answer, and a colleague who looks at what they say."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from crm.models import Task
from crm.operations import add_task
from crm.operations.cases import ask_customer, end_question
from crm.operations.tasks import drop_task
from crm.rules.cases import UNFINISHED
from referrals.models import AbuseCase
from referrals.queries.abuse import PROOF_KEY, calls_for_proof
from referrals.wording import day
from tenancy import door
from tenancy.models import Organisation

DAYS = 7
_TITLE = {
    "en": "{name} was asked how they know the friends they brought: look at the answer, or call",
    "zh-hans": "已请{name}说明好友是谁、如何认识：请查看答复，或致电询问",
}
# What the referrer reads: what we need and what follows, and nothing of signs or of anybody else.
_SUBJECT = {"en": "About the friends you brought", "zh-hans": "关于您推荐的好友"}
_QUESTION = {
    "en": "Before we release your reward we take a closer look, as we do now and then. Please tell us in a few words how "
    "you know the friends you brought lately, and whether each of them bought for themselves. A receipt or an order number "
    "helps. Please answer here by {day}. Meanwhile your reward waits.",
    "zh-hans": "在发放奖励之前，我们会不定期地做进一步核实。请简单说明您与最近推荐的好友是如何认识的，"
    "以及他们是否为自己购买。如有小票或订单号，请一并写上。请在{day}前直接在此回复。在此期间，奖励暂缓发放。",
}
_THANKS = {"en": "Thank you. We have looked into it.", "zh-hans": "已核实完毕，感谢您的配合。"}


def call_for_proof(case: AbuseCase, reason: str) -> None:
    """Ask the referrer, and give whoever is responsible for them the task to look at it.

    However many cases a referrer is in: they are asked once, until what they were asked is closed.
    """
    calls = calls_for_proof([case.referrer_id])
    if calls.filter(status__in=UNFINISHED).exists():
        return
    here = Organisation.objects.get(id=door.organisation_id())
    key, due_at = f"{PROOF_KEY}{case.referrer_id}:{calls.count()}", door.moment() + timedelta(days=DAYS)
    theirs = _spoken(case.referrer.language, here.language)
    asked = ask_customer(
        case.referrer_id, subject=_SUBJECT[theirs], key=key, owner_id=case.referrer.owner_id,
        text=_QUESTION[theirs].format(day=day(due_at, theirs, here.time_zone)),
    )  # fmt: skip
    add_task(
        key=key, title=_TITLE[_spoken(here.language)].format(name=case.referrer.name)[:200], description=reason,
        due_at=due_at, customer_id=case.referrer_id, assignee_id=case.referrer.owner_id, case_id=asked.id,
    )  # fmt: skip


def end_calls(referrer_ids: Collection[UUID]) -> None:
    """Close what referrers were asked once none of their cases waits for it, and the tasks with it."""
    asked = AbuseCase.objects.filter(referrer_id__in=referrer_ids, state=AbuseCase.State.PROOF)
    over = set(referrer_ids) - set(asked.values_list("referrer_id", flat=True))
    for call in calls_for_proof(over).filter(status__in=UNFINISHED).select_related("customer"):
        end_question(call.id, resolution=_THANKS[_spoken(call.customer.language, _language())])
        for task_id in Task.objects.filter(case=call, state=Task.State.OPEN).values_list("id", flat=True):
            drop_task(task_id)


def _language() -> str:
    return Organisation.objects.values_list("language", flat=True).get(id=door.organisation_id())


def _spoken(*wishes: str) -> str:
    return next((wish for wish in wishes if wish in _QUESTION), "en")


def want_proof(referral_ids: Collection[UUID]) -> None:
    """Ask in the open cases of referrals whose score says so."""
    rows = AbuseCase.objects.filter(state=AbuseCase.State.OPEN, members__referral_id__in=referral_ids)
    for case in rows.select_related("referrer").distinct().order_by("id"):
        if AbuseCase.objects.filter(id=case.id, state=AbuseCase.State.OPEN).update(state=AbuseCase.State.PROOF):
            call_for_proof(case, "")
