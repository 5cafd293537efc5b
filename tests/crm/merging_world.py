"""Two customers with something in every room, and a mark of all that an organisation has."""

import hashlib
from collections import defaultdict
from datetime import timedelta

from django.apps import apps
from django.db import connection

from crm import operations as crm
from crm.models import Customer
from rewards.models import Balance, Lot
from tenancy import door

# Told to stay as they are: what is only ever added to, and what says that there was a merge.
ADDED_TO = {
    "tenancy.auditrecord", "tenancy.event", "tenancy.delivery", "crm.merge", "crm.mergestep", "crm.consent",
    "rewards.journalentry", "rewards.posting", "rewards.lotuse", "rewards.accountmove", "rewards.rewardmove",
    "rewards.account", "rewards.touchedreward", "referrals.referralmove", "rewards.balance",
}  # fmt: skip


def fingerprints() -> dict[str, dict[str, str]]:
    """Hash every row of every table of the organisation, by table and id."""
    marks: dict[str, dict[str, str]] = defaultdict(dict)
    for model in apps.get_models():
        label = model._meta.label_lower
        if not hasattr(model, "organisation_id") or label in ADDED_TO:
            continue
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id::text, t::text FROM {table} AS t WHERE organisation_id = %s", [str(door.organisation_id())]
            )
            for id, text in cursor.fetchall():
                marks[label][id] = hashlib.sha256(text.encode()).hexdigest()
    return dict(marks)


def books() -> dict:
    """Balances and lots of each customer; an empty account is as good as none."""
    balances = {row["id"]: row for row in Balance.objects.values() if any(v for k, v in row.items() if "id" not in k)}
    return {"balances": balances, "lots": {row["id"]: row for row in Lot.objects.values()}}


def difference(before, after) -> dict:
    """Name the tables and rows that differ."""
    return {
        label: sorted(id for id in before.get(label, {}).keys() | after.get(label, {}).keys()
                      if before.get(label, {}).get(id) != after.get(label, {}).get(id))
        for label in before.keys() | after.keys() if before.get(label) != after.get(label)
    }  # fmt: skip


def two_of_one() -> tuple[Customer, Customer]:
    """The same woman twice: as the shop and as the website know her."""
    shop = crm.record_customer(name="Ann Smith", phone="+447700900101", city="Leeds", note="Likes oat milk.")
    site = crm.record_customer(
        name="Ann Smyth", email="ann.smith@gmail.com", phone="+447700900102", gender="female", note="Writes at night.",
        external_id="site:77", birth_date="1990-02-03",
    )  # fmt: skip
    crm.set_tags(shop, ["vip", "coffee"])
    crm.set_tags(site, ["coffee", "newsletter"])
    for one, granted in ((shop, True), (site, False)):
        crm.record_consent(one.id, purpose="marketing", channel="email", is_granted=granted, text_version="1", language="en",
                           source="test")  # fmt: skip
    crm.record_interaction(site.id, kind="call", text="Asked for beans.")
    crm.add_task(key="t1", title="Call", due_at=door.moment() + timedelta(days=1), customer_id=site.id)
    return Customer.objects.get(id=shop.id), Customer.objects.get(id=site.id)
