"""Amounts of customers, kept from those whose role does not see them: on pages by formatting, at the API by key."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from crm import masking

API = "/api/v1/"
# What is nobody's: prices, thresholds, terms and budgets of the organisation, and what the till counts for whoever
# stands before it.
OPEN = (
    "budgets", "campaigns", "catalogue", "checkouts", "configuration", "coupon-kinds", "coupons/validate", "loyalty/",
    "points/policy", "products", "schema",
)  # fmt: skip
# The same on pages; elsewhere templates say |price of what is nobody's.
OPEN_PAGES = ("/till/", "/coupons/kinds/")
# Whole numbers beside a unit of money that are no amounts.
_COUNTS = frozenset({"version", "rank", "round", "people", "count", "position", "attempts", "number", "orders", "entries"})


class HiddenAmountsMiddleware:
    """Say who reads, for as long as an answer is written; leave amounts out of the API's answer to such a reader."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with masking.read_by(None if request.path.startswith(OPEN_PAGES) else request.membership):
            response = self.get_response(request)
            if masking.amounts_are_hidden() and _has_amounts(request, response):
                response.content = orjson.dumps(without_amounts(orjson.loads(response.content)))
        return response


def _has_amounts(request: HttpRequest, response: HttpResponse) -> bool:
    is_json = not response.streaming and response.headers.get("Content-Type", "").startswith("application/json")
    return is_json and request.path.startswith(API) and not request.path.removeprefix(API).startswith(OPEN)


def without_amounts(told: Any, *, is_money: bool = False) -> Any:
    """Leave out what holds an amount of money: keys that end with _minor, and numbers beside a unit of money."""
    if isinstance(told, list):
        return [without_amounts(each, is_money=is_money) for each in told]
    if not isinstance(told, dict):
        return told
    is_money = is_money if "unit" not in told else _is_money(told["unit"])
    return {
        name: without_amounts(value, is_money=is_money)
        for name, value in told.items()
        if not _is_amount(name, value, is_money)
    }


def _is_money(unit: Any) -> bool:
    """Units are named by code: POINT, a currency, COUPON:…; figures by what they count."""
    return isinstance(unit, str) and (unit == "money" or (len(unit) == 3 and unit.isupper()))


def _is_amount(name: str, value: Any, is_money: bool) -> bool:
    if name.endswith("_minor"):
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    are_numbers = isinstance(value, list) and bool(value) and isinstance(value[0], int | float)
    return is_money and (is_number or are_numbers) and name not in _COUNTS
