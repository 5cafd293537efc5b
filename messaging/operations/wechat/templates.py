"""By which template of WeChat's a kind of message goes, and what stands in its fields."""

import re
from collections.abc import Mapping
from typing import Any

from messaging import rules, texts
from messaging.errors_wechat import (
    UnknownWechatField,
    UnknownWechatPlace,
    WechatFieldDoesNotFit,
    WechatFieldsMissing,
    WechatKindUnfit,
    WechatTemplateIdInvalid,
)
from messaging.models import WechatTemplate
from messaging.operations.wechat.accounts import held_account
from messaging.rules import Amount
from messaging.wechat.fields import MOST_FIELDS, DoesNotFit, sort_of, written
from messaging.wechat.kinds import fits_wechat, places_of
from messaging.wechat.words import WHY_NOT_FIT
from tenancy import audit, door
from tenancy.calendar import own_zone

_LONGEST = 200
_MONEY = Amount("cash", "CNY", 12_800)


def save_template(*, kind: str, template_id: str, fields: Mapping[str, str], use: str = "also") -> WechatTemplate:
    """Say how a kind of message goes over WeChat; refuse what WeChat would refuse of its example."""
    account = held_account()
    if not fits_wechat(texts.kind_of(kind)):
        raise WechatKindUnfit(kind=kind)
    if not re.fullmatch(r"[\w-]{8,64}", template_id.strip(), re.ASCII):
        raise WechatTemplateIdInvalid
    told = {name.strip(): text.strip()[:_LONGEST] for name, text in fields.items()}
    check_fields(kind, told)
    saved, _ = WechatTemplate.objects.update_or_create(
        account=account, kind=kind,
        defaults={"template_id": template_id.strip(), "lines": list(told.items()), "use": use, "updated_at": door.moment()},
    )  # fmt: skip
    audit.record("wechat.template_saved", saved, {"kind": kind, "use": use})
    return saved


def forget_template(kind: str) -> None:
    """Send a kind of message over WeChat no more."""
    account = held_account()
    gone, _ = WechatTemplate.objects.filter(account=account, kind=kind).delete()
    if gone:
        audit.record("wechat.template_forgotten", account, {"kind": kind})


def check_fields(kind: str, fields: Mapping[str, str]) -> None:
    """Refuse fields that WeChat does not know, places that the kind does not fill, and what cannot fit."""
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise WechatFieldsMissing(most=MOST_FIELDS)
    known = places_of(texts.kind_of(kind))
    for name, text in fields.items():
        if not sort_of(name):
            raise UnknownWechatField(name=name)
        if wrong := rules.unknown_places(text, known):
            raise UnknownWechatPlace(name=name, place=wrong[0], known=", ".join(known))
        if objection := _objection(name, text):
            raise WechatFieldDoesNotFit(name=name, why=str(WHY_NOT_FIT[objection]))


def _objection(name: str, text: str) -> str:
    """Fill a field with examples; a reward may be money or points, and one of them fitting is enough."""
    found = ""
    for language in rules.LANGUAGES:
        objections = [_try(name, text, facts, language) for facts in _examples()]
        if all(objections):
            found = found or objections[0]
    return found


def _examples() -> list[Mapping[str, Any]]:
    usual = example_facts("Yinjian")
    return [usual, {place: _MONEY if isinstance(value, Amount) else value for place, value in usual.items()}]


def example_facts(organisation_name: str) -> dict[str, Any]:
    return texts.examples(organisation_name) | {"today": door.moment()}


def _try(name: str, text: str, facts: Mapping[str, Any], language: str) -> str:
    try:
        written(name, text, facts, language=language, zone=own_zone())
    except DoesNotFit as refusal:
        return refusal.why
    return ""
