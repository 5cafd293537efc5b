"""Whom the lifecycle rules would move, and where to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from crm.errors import InvalidConditions
from crm.models import Customer, LifecycleRule
from crm.queries.conditions import asked_now, in_words
from crm.queries.fact_sql import Compiled, opposite
from crm.queries.facts import facts_about
from crm.queries.quality import standard
from crm.queries.segments import members_of
from crm.rules.conditions import parse
from tenancy import door


@dataclass(frozen=True)
class Pending:
    """A rule, and the customers it would move now: `rows` are those not decided by a rule before it."""

    rule: LifecycleRule
    rows: QuerySet[Customer]
    problem: str = ""  # why it cannot be asked: a field of its conditions is gone


def rules() -> QuerySet[LifecycleRule]:
    return LifecycleRule.objects.select_related("segment").order_by("position", "id")


def pending(customer_ids: Collection[UUID] | None = None) -> list[Pending]:
    """Give for each active rule whom it would move; the first rule that holds decides, also by leaving somebody in place."""
    facts, asked = facts_about("customer"), asked_now(only=customer_ids or ())
    compiled = Compiled(asked, facts, {})
    earlier: list[Q] = []
    found: list[Pending] = []
    for rule in rules().filter(is_active=True):
        try:
            holds = compiled.tree(parse(rule.conditions, facts)) & _in_segment(rule)
        except InvalidConditions as error:
            found.append(Pending(rule, Customer.objects.none(), error.sentence()))
            continue
        rows = _free(customer_ids).alias(**compiled.aliases).filter(holds, *map(opposite, earlier))
        found.append(Pending(rule, rows.exclude(stage=rule.stage)))
        earlier.append(holds)
    return found


def _in_segment(rule: LifecycleRule) -> Q:
    return Q(id__in=members_of(rule.segment).order_by().values("id")) if rule.segment else Q()


def _free(customer_ids: Collection[UUID] | None) -> QuerySet[Customer]:
    """Customers whose stage no person has set lately."""
    since = door.moment() - timedelta(days=standard().hands_off_days)
    rows = Customer.objects.filter(Q(stage_by_hand_at=None) | Q(stage_by_hand_at__lt=since)).order_by()
    return rows if customer_ids is None else rows.filter(id__in=customer_ids)


def sentence_of(rule: LifecycleRule) -> str:
    """Say the conditions of a rule, and the segment it keeps to."""
    try:
        said = in_words(rule.conditions, "customer")
    except InvalidConditions as error:
        return error.sentence()
    return (
        gettext("%(conditions)s, in “%(segment)s”") % {"conditions": said, "segment": rule.segment} if rule.segment else said
    )
