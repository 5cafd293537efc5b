"""Every column that names a customer says what becomes of it when two customers become one."""

import re

from django.apps import apps

from crm.models import Customer
from crm.operations.merging import rooms

NAMES_A_CUSTOMER = re.compile(r"^(customer|referrer|referee|beneficiary|respondent|payer)_id$")


def test_no_table_is_forgotten_when_customers_are_merged():
    said = {(column.model, column.name) for room in rooms() for column in room.columns}
    meant = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Customer or (field.related_model is None and NAMES_A_CUSTOMER.match(field.name))
    }
    forgotten = {f"{model._meta.label}.{name}" for model, name in meant - said}
    assert forgotten == set(), "add a line to the room's merging.py: see crm/operations/merging/kit.py"
    assert {f"{model._meta.label}.{name}" for model, name in said - meant} == set()
