"""How customers can be written to: what stands against e-mail and texts, and which way is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BooleanField, CharField, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models import Case as Choose
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce

from crm.models import Consent, ContactPoint
from foundation.contacts import calling_code
from messaging.models import SmsGateway, WechatFollower
from messaging.texting import present_gateway
from referrals.models import FollowerPostReceiver, Way, Ways
from tenancy import door
from tenancy.calendar import own_zone

BY_WECHAT = "wechat"  # all followers read one text
MOST_A_MONTH = 4  # texts of an account to one follower, by WeChat's rule


@dataclass(frozen=True)
class Reach:
    """Expressions of a row of Customer: facts, which way is taken, and by its name what stands against all of them."""

    facts: Mapping[str, Expression]
    way: Expression
    against: Mapping[str, Q]


def reach_by(ways: str) -> Reach:
    """Say how customers are reached by e-mail, by text, or by text where e-mail does not; or as followers in WeChat."""
    if ways == BY_WECHAT:
        return _by_wechat()
    return {Ways.EMAIL: _by_email, Ways.SMS: _by_sms, Ways.EMAIL_OR_SMS: _by_either}[Ways(ways)]()


def _by_email() -> Reach:
    against = {"no_address": Q(has_email=False), "no_consent": _unwilling("wants_email")}
    return Reach(_email_facts(), Value(Way.EMAIL.value), against)


def _by_sms() -> Reach:
    gateway = present_gateway()
    against = {
        "no_phone": Q(has_phone=False), _unserved(gateway): Q(is_served=False), "no_text_consent": _unwilling("wants_sms"),
    }  # fmt: skip
    return Reach(_sms_facts(gateway), Value(Way.SMS.value), against)


def _by_either() -> Reach:
    gateway = present_gateway()
    way = Choose(
        When(has_email=True, wants_email=True, then=Value(Way.EMAIL.value)),
        When(is_served=True, wants_sms=True, then=Value(Way.SMS.value)),
        default=Value(""), output_field=CharField(),
    )  # fmt: skip
    against = {
        "no_contact": Q(has_email=False, has_phone=False), _unserved(gateway): Q(has_email=False, is_served=False),
        "no_way_agreed": Q(way=""),
    }  # fmt: skip
    return Reach(_email_facts() | _sms_facts(gateway), way, against)


def _by_wechat() -> Reach:
    """Months are those of the organisation's calendar."""
    begun = door.moment().astimezone(own_zone()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    told = FollowerPostReceiver.objects.filter(customer=OuterRef("id"), sent_at__gte=begun).order_by()
    follows = WechatFollower.objects.filter(customer=OuterRef("id"), account__is_active=True, unfollowed_at=None)
    facts = {
        "follows": Exists(follows), "wants_wechat": _newest_answer("wechat"),
        "told_this_month": Coalesce(Subquery(told.values("customer").annotate(n=Count("id")).values("n")), 0),
    }  # fmt: skip
    against = {
        "no_wechat": Q(follows=False), "no_wechat_consent": _unwilling("wants_wechat"),
        "month_used_up": Q(told_this_month__gte=MOST_A_MONTH),
    }  # fmt: skip
    return Reach(facts, Value(BY_WECHAT), against)


def _unserved(gateway: SmsGateway | None) -> str:
    return "country" if gateway else "no_gateway"


def _unwilling(answer: str) -> Q:
    """Who was never asked has not agreed."""
    return Q(**{answer: None}) | Q(**{answer: False})


def _email_facts() -> dict[str, Expression]:
    return {"has_email": Exists(_points("email")), "wants_email": _newest_answer("email")}


def _sms_facts(gateway: SmsGateway | None) -> dict[str, Expression]:
    """Whether a number belongs to a served country is said by its calling code; where several share one, sending says it."""
    codes = {calling_code(country) for country in gateway.countries} if gateway else set()
    begins = [Q(normalised__startswith=code) for code in sorted(codes)]
    served = Exists(_points("phone").filter(reduce(or_, begins))) if begins else Value(False, output_field=BooleanField())
    return {"has_phone": Exists(_points("phone")), "is_served": served, "wants_sms": _newest_answer("sms")}


def _points(kind: str):
    return ContactPoint.objects.filter(customer=OuterRef("id"), kind=kind, is_primary=True)


def _newest_answer(channel: str) -> Subquery:
    answers = Consent.objects.filter(customer=OuterRef("id"), purpose=Consent.Purpose.MARKETING, channel=channel)
    return Subquery(answers.order_by("-occurred_at", "-id").values("is_granted")[:1])
