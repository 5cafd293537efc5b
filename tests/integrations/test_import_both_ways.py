"""What is taken in by columns comes to the same as row by row: in the tables, the log, the news, and when it is undone."""

import json
import re
from types import SimpleNamespace

import pytest
from django.db import connection

from crm.models import Customer
from crm.operations import record_customer, set_tags
from integrations import custom_fields
from integrations.columns import Lines
from integrations.models import Import
from integrations.operations import preview, run, run_undo, start, undo, upload
from tenancy import door
from tenancy.people import found_organisation

CUSTOMERS = """\
Name,Phone,E-mail,Member no,City,Birthday,Gender,Tags,Company,Marketing,Consent date,Shoe size
Ann,07700 900001,,,,,,,,,,
Bea,07700900002,,,York,,,,,,,38
Bea Baker,+44 7700 900002,BEA@example.com,,,,,,,,,
Cyd,07700900003,,K3,Leeds,1988-05-01,f,,,,,39.5
Cyd again,７７００９０００３,,,,,,,,,,
Cyd too,,,K3,,,,,,,,
Dan,12,,,,,,,,,,
Eve,07700900005,nobody,,,,,,,,,
Fay,07700900006,fay@example.com,,,2999-01-01,,,,,,
,07700900007,,,,,,,,,,
Gus,,,,Leeds,,,,,,,
Hal,07700900008,,,,,,"VIP, wine",,,,
Ida,07700900009,ida@example.com,,,,,,Milk Ltd,yes,2026-03-14,
Jon,07700900010,,,,,,,Milk ltd,yes,,
Known,07700900101,known@example.com,,York,,,,,,,41
Known by mail,,known@example.com,,,,,VIP,,,,
Same,07700900102,,,Leeds,,,,,,,
Same by mail,,same@example.com,,,,,gold,,,,
Same 2,,same2@example.com,,,,,,,,,
Two by mail,,two@example.com,,,,,gold,,,,
Two,07700900104,,,,,,,,,,
Fuller,07700900103,fuller@example.com,K9,,1990-01-02,m,,,,,42
Mixed,07700900101,fuller@example.com,,,,,,,,,
Kim,07700900011,,,,,,,,,,big
“Lee”,07700900012,lee@example.com,,St. John's,,,,,,,7
Moe,07700900013,moe@example.com,,,,,,,,,,surplus
Ned,07700900020,,,,,,,,,,
Ned at the desk,07700900020 ext. 12,,,,,,,,,,
Oda,,oda@bücher.example,,,,,,,,,
Oda once more,,oda@xn--bcher-kva.example,,,,,,,,,
"""
ORDERS = """\
Order no,Amount,Date,Customer phone,Customer email,Status,Paid at,Currency,Product code,Quantity
1,10.50,2026-03-14,07700900101,,paid,2026-03-15,,,
2,20,2026-03-15 10:00,+44 7700 900101,known@example.com,pending,,,,
2,20,2026-03-15 10:00,+44 7700 900101,known@example.com,paid,,,,
3,5,2026-03-15,,,cancelled,,EUR,,
4,free,2026-03-15,07700900101,,,,,,
5,-3,2026-03-15,07700900101,,,,,,
6,7,2026-03-15,07700900777,,,,,,
7,7,2026-03-15,07700900777,new@example.com,,,,,
8,8,2026-03-16,07700900101,same@example.com,,,,,
9,9,2026-03-17,07700900102,,,,,T1,3
10,1,2999-01-01,07700900102,,,,,,
11,11,2026-03-18,12,,,,,,
OLD,50,2026-01-02,07700900101,,paid,,,,
OLD2,60,2026-01-03,07700900101,,paid,,,,
"""
TABLES = {
    "crm_customer": "id, created_at, updated_at", "crm_contactpoint": "id", "crm_customertag": "id", "crm_tag": "id",
    "crm_consent": "id", "crm_order": "id, recorded_at", "crm_orderline": "id", "crm_product": "id",
    "tenancy_auditrecord": "id", "tenancy_event": "id, recorded_at", "tenancy_delivery": "id, due_at",
    "integrations_importtrace": "id", "integrations_importissue": "id",
}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(
    r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+(?:Z|\+00(?::00)?)|[0-9a-f]{32,64}"
)  # the wall's, and hashes over ids


@pytest.fixture
def shops(database, monkeypatch):
    """Two shops alike; the lists of the second are read row by row."""
    size = SimpleNamespace(key="shoe_size", kind="number", label={"en": "Shoe size"}, choices=())
    monkeypatch.setattr(custom_fields, "own_fields", lambda kind: [size] if kind == "customers" else [])
    return [_shop(name) for name in ("columns", "rows")]


def _shop(name: str):
    from foundation.ids import new_code

    shop = found_organisation(
        slug=f"{name}-{new_code().lower()}",
        name="Twin",
        language="en",
        country="GB",
        currency="GBP",
        time_zone="Europe/London",
    )
    with door.organisation(shop.id):
        known = record_customer(name="Known", phone="07700900101", email="known@example.com", city="York")
        same = record_customer(name="Same", phone="07700900102", email="same@example.com", city="Leeds")
        record_customer(name="Same 2", email="same2@example.com")
        record_customer(name="Two", phone="07700900104", email="two@example.com")
        record_customer(name="Fuller", phone="07700900103", external_id="K9")
        set_tags(same, ["VIP"])
        Customer.objects.filter(id=known.id).update(custom={"shoe_size": 41})
    return shop


def _import(shop, kind: str, text: str, **options) -> Import:
    with door.organisation(shop.id):
        imported = upload(kind=kind, file_name="list.csv", content=text.encode())
        mapping = preview(imported).mapping
        start(imported.id, mapping=mapping, is_dry_run=False, options=options)
    assert run(shop.id, imported.id)
    with door.organisation(shop.id):
        return Import.objects.select_related("job").get(id=imported.id)


def _both(shops, monkeypatch, kind: str, text: str, **options) -> list[Import]:
    by_columns, seen = _import(shops[0], kind, text, **options), Lines.__init__
    with monkeypatch.context() as patch:
        patch.setattr(Lines, "__init__", lambda self, lines, parted, size, shown=0: seen(self, lines, parted, size, 10**9))
        return [by_columns, _import(shops[1], kind, text, **options)]


def _state(shop) -> dict[str, list[str]]:
    """Give all rows of the shop in a form that knows neither ids nor the hour: ids are called after what they are of."""
    with door.organisation(shop.id), connection.cursor() as cursor:
        names = _names(cursor)
        found = {}
        for table, left_out in TABLES.items():
            cursor.execute(f"SELECT to_jsonb(t) - %s::text[] FROM {table} AS t", [left_out.split(", ")])
            found[table] = sorted(_told(row, names) for (row,) in cursor.fetchall())
    return found


def _names(cursor) -> dict[str, str]:
    cursor.execute(
        "SELECT id::text, name FROM crm_customer UNION ALL SELECT id::text, external_id FROM crm_order"
        " UNION ALL SELECT id::text, kind || normalised FROM crm_contactpoint UNION ALL SELECT id::text, name FROM crm_tag"
        " UNION ALL SELECT id::text, sku FROM crm_product"
        " UNION ALL SELECT id::text, kind || coalesce(payload->>'cause', '') FROM tenancy_event"
    )
    return dict(cursor.fetchall())


def _told(row, names) -> str:
    row = json.loads(row) if isinstance(row, str) else row
    if isinstance(row.get("added"), dict):
        row["added"] = {kind: sorted(names.get(id, "") for id in ids) for kind, ids in row["added"].items()}
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return _TIME.sub("…", _ID.sub(lambda found: names.get(found[0], "id"), text))


CHOICES = [
    {}, {"mode": "create"}, {"mode": "update", "fill": "told"}, {"mode": "skip"}, {"fill": "all", "is_loud": True},
    {"match": "phone", "fill": "told"},
]  # fmt: skip


@pytest.mark.parametrize("options", CHOICES, ids=lambda chosen: "-".join(map(str, chosen.values())) or "as_usual")
def test_awkward_customers_come_to_the_same_both_ways(shops, monkeypatch, options):
    first, second = _both(shops, monkeypatch, "customers", CUSTOMERS, **options)
    assert first.counts == second.counts
    assert _state(shops[0]) == _state(shops[1])
    again = _both(shops, monkeypatch, "customers", CUSTOMERS, **options)
    assert again[0].counts == again[1].counts
    results = [_undone(shop, imported) for shop, imported in zip(shops, (first, second), strict=True)]
    assert results[0] == results[1]
    assert _state(shops[0]) == _state(shops[1])


@pytest.mark.parametrize("is_loud", [False, True])
def test_awkward_orders_come_to_the_same_both_ways(shops, monkeypatch, is_loud):
    for shop in shops:
        _import(shop, "orders", "Order no,Amount,Date,Customer phone,Status\nOLD,50,2026-01-02,07700900101,paid\n")
        _import(shop, "orders", "Order no,Amount,Date,Customer phone,Status\nOLD2,61,2026-01-03,07700900101,paid\n")
    first, second = _both(shops, monkeypatch, "orders", ORDERS, is_loud=is_loud)
    assert first.counts == second.counts
    assert _state(shops[0]) == _state(shops[1])
    results = [_undone(shop, imported) for shop, imported in zip(shops, (first, second), strict=True)]
    assert results[0] == results[1]
    assert _state(shops[0]) == _state(shops[1])


def _undone(shop, imported: Import) -> dict:
    with door.organisation(shop.id):
        undo(imported.id)
    assert run_undo(shop.id, imported.id)
    with door.organisation(shop.id):
        return Import.objects.select_related("undo_job").get(id=imported.id).undo_job.result
