"""A shop's dirty invoice lines: every line is taken in or reported, and a second load changes nothing."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from crm.models import Customer, Order, Refund
from foundation.ids import new_code
from integrations import purchases, queries, reading
from integrations.models import Import
from integrations.rows import Reading
from integrations.values import Habits
from tenancy import door
from tenancy.models import Membership, Organisation
from tests.integrations.conftest import DATA

SAMPLE = DATA / "online_retail_sample.csv"
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def _items(*lines: str):
    packed = reading.pack("\n".join([HEAD, *lines]).encode())
    layout = reading.look(packed)
    names = ("invoice", "sku", "product", "quantity", "placed_at", "unit_price", "customer_id", "province")
    mapping = dict(zip(names, layout.columns, strict=True))
    how = Reading(layout.columns, mapping, Habits("GB", "GBP", "Europe/London"), datetime(2026, 11, 20, tzinfo=UTC), "shop")
    overview = purchases.survey(reading.rows(packed, layout), how)
    return list(purchases.read_purchases(reading.rows(packed, layout), how, overview))


def _codes(items) -> list[tuple[int, str]]:
    return [(problem.row.line, problem.code) for item in items for problem in item.problems]


def test_lines_of_an_invoice_become_an_order_also_when_they_are_torn_apart():
    items = _items(
        "1,A,Lamp,2,2011-01-01T10:00:00,2.55,17850,United Kingdom",
        "2,A,Lamp,1,2011-01-01T10:01:00,2.55,17851,France",
        "1,B,Vase,1,2011-01-01T10:02:00,4.00,17850,United Kingdom",
    )
    orders = [order for item in items for order in item.orders]
    assert [(o.external_id, o.total_minor, len(o.lines), o.customer.external_id) for o in orders] == [
        ("2", 255, 1, "17851"),
        ("1", 910, 2, "17850"),
    ]
    customers = [customer for item in items for customer in item.customers]
    assert [(c.name, c.external_id, c.fields) for c in customers] == [
        ("Customer 17851", "17851", {"province": "France"}),
        ("Customer 17850", "17850", {"province": "United Kingdom"}),
    ]


BOUGHT = [
    "1,A,Lamp,5,2011-01-01T10:00:00,2.00,7,UK",
    "2,A,Lamp,3,2011-01-02T10:00:00,2.00,7,UK",
    "3,A,Lamp,9,2011-01-02T11:00:00,2.00,8,UK",
]


def test_a_cancellation_goes_to_the_newest_earlier_order_with_enough_left():
    items = _items(
        *BOUGHT,
        "C4,A,Lamp,-2,2011-01-03T10:00:00,2.00,7,UK",  # of 2
        "C5,A,Lamp,-2,2011-01-03T11:00:00,2.00,7,UK",  # 2 has one left: of 1
        "C6,A,Lamp,-4,2011-01-03T12:00:00,2.00,7,UK",  # nowhere four left
        "C7,Z,Vase,-1,2011-01-03T12:00:00,2.00,7,UK",
        "4,A,Lamp,9,2011-01-04T10:00:00,2.00,7,UK",  # later than C6
    )
    refunds = [(r.external_id, r.order_external_id, r.amount_minor) for item in items for r in item.refunds]
    assert refunds == [("C4/2", "2", 400), ("C5/1", "1", 400)]
    assert _codes(items) == [(7, "cancels_too_much"), (8, "cancels_nothing")]


def test_one_cancellation_may_reach_two_orders():
    items = _items(
        "1,A,Lamp,1,2011-01-01T10:00:00,2.00,7,UK",
        "2,B,Vase,1,2011-01-02T10:00:00,3.00,7,UK",
        "C3,A,Lamp,-1,2011-01-03T10:00:00,2.00,7,UK",
        "C3,B,Vase,-1,2011-01-03T10:00:00,3.00,7,UK",
    )
    assert [(r.external_id, r.amount_minor) for r in items[2].refunds] == [("C3/1", 200), ("C3/2", 300)]


def test_a_refund_never_exceeds_what_the_order_cost():
    items = _items(
        "1,A,Lamp,2,2011-01-01T10:00:00,2.00,7,UK",
        "C2,A,Lamp,-2,2011-01-03T10:00:00,2.50,7,UK",
    )
    assert items[1].refunds == [] and _codes(items) == [(3, "cancels_too_much")]


@pytest.mark.parametrize(
    ("line", "code", "is_skip"),
    [
        ("1,A,Lamp,1,2011-01-01T10:00:00,2.00,,UK", "no_customer", True),
        ("1,M,Manual,1,2011-01-01T10:00:00,2.00,7,UK", "adjustment", True),
        ("1,m,Manual,1,2011-01-01T10:00:00,2.00,7,UK", "adjustment", True),
        ("1,BANK CHARGES,Bank Charges,1,2011-01-01T10:00:00,15,7,UK", "adjustment", True),
        ("A1,B,Adjust bad debt,1,2011-01-01T10:00:00,-11062.06,,UK", "adjustment", True),
        ("1,A,Lamp,1,2011-01-01T10:00:00,0,7,UK", "no_price", False),
        ("1,A,Lamp,1,2011-01-01T10:00:00,-1,7,UK", "negative_price", False),
        ("1,A,Lamp,-1,2011-01-01T10:00:00,2,7,UK", "bad_quantity", False),
        ("C1,A,Lamp,1,2011-01-01T10:00:00,2,7,UK", "bad_quantity", False),
        ("1,PADS,Pads,1,2011-01-01T10:00:00,0.001,7,UK", "bad_amount", False),
        ("1,A,Lamp,one,2011-01-01T10:00:00,2,7,UK", "bad_number", False),
        ("1,A,Lamp,1,some day,2,7,UK", "bad_date", False),
    ],
)
def test_nonsense_is_reported_by_its_reason(line, code, is_skip):
    (item,) = _items(line)
    (problem,) = item.problems
    assert (problem.code, problem.is_skip, item.is_taken) == (code, is_skip, False)


def test_a_product_whose_code_looks_like_a_correction_is_sold():
    (item,) = _items("1,M,T-shirt,1,2011-01-01T10:00:00,18.00,7,France")
    assert item.orders[0].total_minor == 1800


def test_postage_is_a_line_like_any_other():
    (item,) = _items("1,POST,POSTAGE,1,2011-01-01T10:00:00,18.00,7,France")
    assert item.orders[0].total_minor == 1800


def test_a_line_of_another_customer_does_not_slip_into_the_order():
    (item,) = _items("1,A,Lamp,1,2011-01-01T10:00:00,2.00,7,UK", "1,B,Vase,1,2011-01-01T10:00:00,3.00,8,UK")
    assert item.orders[0].total_minor == 200
    assert _codes([item]) == [(3, "other_customer")]


# --- the command ----------------------------------------------------------------------------------------


@pytest.fixture
def load(database):
    slug = f"retail-{new_code().lower()}"

    def load(file=SAMPLE) -> tuple[Organisation, str]:
        said = io.StringIO()
        options = {"owner_email": f"owner@{slug}.example", "owner_password": "correct horse"}
        call_command("load_purchases", str(file), organisation=slug, stdout=said, **options)
        return Organisation.objects.get(slug=slug), said.getvalue()

    return load


def _state(organisation):
    with door.organisation(organisation.id):
        return (
            sorted(Order.objects.values_list("external_id", "total_minor", "status", "customer__name")),
            sorted(Refund.objects.values_list("external_id", "amount_minor", "order__external_id")),
            sorted(Customer.objects.values_list("name", "province")),
        )


def test_every_real_line_is_taken_in_or_reported(load):
    retail, said = load()
    with SAMPLE.open(newline="") as file:
        lines = list(csv.DictReader(file))
    orders, refunds, customers = _state(retail)
    with door.organisation(retail.id):
        imported = Import.objects.select_related("job").get()
        reported = set(queries.issues(imported.id).values_list("row", flat=True))
        reasons = {reason.code: reason.rows for reason in queries.reasons(imported.id)}
        taken = sum(order.lines.count() for order in Order.objects.all())
        waiting = Refund.objects.filter(order=None).count()
        assert Membership.objects.get().role == "owner"
    assert (retail.name, retail.language, retail.currency, retail.country) == ("Online Retail", "en", "GBP", "GB")
    assert imported.counts["rows"] == len(lines) == imported.counts["taken"] + len(reported)
    assert imported.job.done == imported.job.total == len(lines)
    assert set(reasons) == {"no_customer", "adjustment", "no_price", "bad_amount", "cancels_nothing"}
    fees = ("M", "S", "B", "AMAZONFEE", "BANK CHARGES")
    assert reasons["no_customer"] == sum(not line["CustomerID"] and line["StockCode"] not in fees for line in lines)
    kept = [line for n, line in enumerate(lines, 2) if n not in reported]
    assert taken == sum(1 for line in kept if not line["InvoiceNo"].startswith("C"))
    worth = sum(round(float(line["UnitPrice"]) * 100) * int(line["Quantity"]) for line in kept)
    assert worth == sum(order[1] for order in orders) - sum(refund[1] for refund in refunds)
    assert len(refunds) == 6 and waiting == 0
    assert all(name.startswith("Customer 1") and province for name, province in customers)
    assert re.search(rf"read +{len(lines)}\n +taken in +{imported.counts['taken']}\n +reported +{len(reported)}\n", said)
    assert "Peak memory" in said


def test_a_second_load_changes_nothing(load):
    retail, _ = load()
    before = _state(retail)
    _, said = load()
    assert re.search(r"created +0\n +updated +0\n", said)
    assert _state(retail) == before


def test_a_file_that_is_none_is_refused_in_a_sentence(load, tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        load(tmp_path / "nothing.csv")
    (tmp_path / "names.csv").write_text("Name,Phone\nAnn,1\n")
    with pytest.raises(CommandError, match="it is needed"):
        load(tmp_path / "names.csv")
