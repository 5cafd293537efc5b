"""How good the records of customers are: completeness, age, contacts, consents; each figure is a set of conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, DataStandard
from crm.queries.conditions import asked_now, narrow
from crm.queries.fact_sql import Compiled, opposite
from crm.queries.facts import facts_about
from crm.rules.conditions import Group, Leaf, parse
from crm.rules.quality import BANDS, HANDS_OFF_DAYS, KNOWN, STALE_DAYS, weights_of
from tenancy.models import Membership

Tree = Mapping[str, Any]


def standard() -> DataStandard:
    """Give what the organisation asks of its records; unsaved with the house's own, where it never said."""
    return DataStandard.objects.first() or DataStandard(stale_days=STALE_DAYS, hands_off_days=HANDS_OFF_DAYS)


def score_expression() -> Any:
    """Count what is filled in, by weight, as crm.rules.quality.completeness does; it names only sub-selects and columns."""
    weights = weights_of(standard().weights)
    whole = sum(weights.values())
    if not whole:
        return Value(100, output_field=IntegerField())
    facts = facts_about("customer")
    compiled = Compiled(asked_now(), facts, {})
    parts = [_worth(compiled, facts, key, weight) for key, weight in weights.items() if weight]
    filled = sum(parts[1:], parts[0])
    return (filled * 200 + whole) / (2 * whole)


def _worth(compiled: Compiled, facts: Mapping[str, Any], key: str, weight: int) -> Case:
    missing = compiled.tree(parse(KNOWN[key].missing, facts))
    assert not compiled.aliases, "a field of the standard is a plain column or a sub-select"
    return Case(When(opposite(missing), then=Value(weight)), default=Value(0), output_field=IntegerField())


# --- the figures ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A number on the page, and the conditions of the customers behind it."""

    key: str
    label: Any
    where: Tree
    count: int = 0


@dataclass(frozen=True)
class OwnerFigures:
    owner_id: UUID | None
    name: str
    total: int
    stale: int


@dataclass(frozen=True)
class Quality:
    total: int
    average: int
    stale_days: int
    bands: tuple[Figure, ...]
    missing: tuple[Figure, ...]
    others: tuple[Figure, ...]
    owners: tuple[OwnerFigures, ...]


def _leaf(fact: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"fact": fact, "op": op, **({} if value is None else {"value": value})}


def _all(*nodes: Tree) -> dict[str, Any]:
    return {"match": "all", "conditions": list(nodes)}


def stale(days: int) -> dict[str, Any]:
    """Known for longer, but nobody talked to them and they bought nothing for so long."""
    touched = ("created_at", "last_order_at", "last_contact_at")
    return {"match": "none", "conditions": [_leaf(fact, "in_last_days", days) for fact in touched]}


def figures() -> dict[str, Figure]:
    """Give every figure of the page, uncounted, by key."""
    told = standard()
    found = [Figure(f"band_{low}", f"{low}–{high}", _leaf("completeness", "between", [low, high])) for low, high in BANDS]
    found += [Figure(f"missing_{key}", known.label, known.missing) for key, known in KNOWN.items()]
    found += [
        Figure("stale", _("Not touched for long"), stale(told.stale_days)),
        Figure("unreachable", _("No phone, e-mail or WeChat"),
               {"match": "none", "conditions": [_leaf(f"has_{kind}", "is", True) for kind in ("phone", "email", "wechat")]}),
        Figure("unverified", _("Contacts, but none verified"),
               _all({"match": "any", "conditions": [_leaf(f"has_{kind}", "is", True) for kind in ("phone", "email")]},
                    _leaf("has_verified_contact", "is", False))),
        Figure("no_marketing", _("No consent to offers and news"), _leaf("agreed_marketing", "is", False)),
        Figure("no_referral", _("No consent to being referred"), _leaf("agreed_referral", "is", False)),
        Figure("nobodys", _("Without an owner"), _leaf("owner", "is_empty")),
        Figure("below_standard", _("Required fields missing at their stage"), _below(told)),
    ]  # fmt: skip
    return {figure.key: figure for figure in found}


def _below(told: DataStandard) -> dict[str, Any]:
    """Somebody is at a stage whose required fields are not all there."""
    stages = [
        _all(_leaf("stage", "one_of", [stage]), {"match": "any", "conditions": [KNOWN[key].missing for key in keys]})
        for stage, keys in told.required.items()
        if keys
    ]
    return {"match": "any", "conditions": stages or [_all(_leaf("stage", "is_empty"))]}


def quality(rows: QuerySet[Customer] | None = None) -> Quality:
    """Count every figure over these customers in three statements."""
    rows = (Customer.objects.all() if rows is None else rows).order_by()
    facts, every = facts_about("customer"), figures()
    scores = _scores(rows)
    compiled = Compiled(asked_now(), facts, {})
    counted = {key: compiled.tree(parse(dict(one.where), facts)) for key, one in every.items() if not _is_band(key)}
    is_stale = counted["stale"]
    sums = rows.alias(**compiled.aliases).aggregate(**{key: Count("id", filter=holds) for key, holds in counted.items()})
    sums |= {f"band_{low}": sum(n for score, n in scores.items() if low <= score <= high) for low, high in BANDS}
    found = [Figure(key, one.label, one.where, sums[key]) for key, one in every.items()]
    total = sum(scores.values())
    return Quality(
        total=total, average=round(sum(score * n for score, n in scores.items()) / total) if total else 0,
        stale_days=standard().stale_days,
        bands=tuple(one for one in found if _is_band(one.key)),
        missing=tuple(one for one in found if one.key.startswith("missing_")),
        others=tuple(one for one in found if not one.key.startswith(("band_", "missing_"))),
        owners=_owners(rows, is_stale),
    )  # fmt: skip


def _is_band(key: str) -> bool:
    return key.startswith("band_")


def _scores(rows: QuerySet[Customer]) -> dict[int, int]:
    """Count customers by score."""
    counted = rows.annotate(score=score_expression()).values("score").annotate(n=Count("id"))
    return {row["score"]: row["n"] for row in counted}


def _owners(rows: QuerySet[Customer], is_stale) -> tuple[OwnerFigures, ...]:
    by_owner = rows.order_by().values("owner_id").annotate(total=Count("id"), stale=Count("id", filter=is_stale))
    found = list(by_owner)
    names = dict(
        Membership.objects.filter(id__in=[row["owner_id"] for row in found if row["owner_id"]]).values_list(
            "id", "user__name"
        )
    )
    ordered = sorted(found, key=lambda row: (-row["stale"], -row["total"]))
    return tuple(
        OwnerFigures(row["owner_id"], names.get(row["owner_id"], ""), row["total"], row["stale"]) for row in ordered
    )


def behind(key: str, *, owner: str = "") -> Group | Leaf | None:
    """Give the conditions of the customers behind a figure; with an owner, of theirs only."""
    figure = figures().get(key)
    if figure is None:
        return None
    tree = dict(figure.where)
    if owner:
        whose = _leaf("owner", "is_empty") if owner == "none" else _leaf("owner", "one_of", [owner])
        tree = _all(tree, whose)
    return parse(tree, facts_about("customer"))


def records_behind(rows: QuerySet[Customer], tree: Group) -> QuerySet[Customer]:
    """Give the customers behind a figure, each with its `score`."""
    return narrow(rows, tree, subject="customer").annotate(score=score_expression())
