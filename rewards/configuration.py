"""What of rewards is configuration: the kinds of coupons."""

from decimal import Decimal

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from rewards.models import CouponKind
from rewards.operations import change_coupon_kind, make_coupon_kind, withdraw_coupon_kind
from tenancy.configuration import Entry, Section, entry_of

_COLUMNS = (
    "name", "conditions", "effect", "scope", "value_minor", "cap_minor", "gift_sku", "minimum_minor", "currency", "products",
    "categories", "excluded_products", "excluded_categories", "audience", "valid_days", "per_person", "total", "stack_group",
    "is_exclusive", "priority",
)  # fmt: skip
_WINDOW = ("starts_at", "ends_at")


def _read() -> dict[str, Entry]:
    return {row.code: _entry(row) for row in CouponKind.objects.filter(withdrawn_at=None)}


def _entry(row: CouponKind) -> Entry:
    window = {name: moment.isoformat() if (moment := getattr(row, name)) else None for name in _WINDOW}
    return entry_of(row, _COLUMNS) | {"percent": f"{row.percent.normalize():f}"} | window


def _write(code: str, entry: Entry) -> None:
    terms = dict(entry)
    if "percent" in terms:
        terms["percent"] = Decimal(terms["percent"])
    for name in _WINDOW:
        if terms.get(name):
            terms[name] = parse_datetime(terms[name])
    kind = CouponKind.objects.filter(code=code).first()
    if kind:
        change_coupon_kind(kind.id, **terms)
    else:
        make_coupon_kind(code=code, **terms)


def _remove(code: str) -> None:
    withdraw_coupon_kind(CouponKind.objects.get(code=code).id)


COUPON_KINDS = Section("coupon_kinds", _("Kinds of coupons"), _read, _write, _remove)
