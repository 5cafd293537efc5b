"""The cast of the customer room: a shop that tells orders, a machine that calls the API."""

import pytest

from crm.operations import CustomerReference, OrderReport, RefundReport, record_order, record_refund
from tenancy.models import AuditRecord, Event


@pytest.fixture
def order_of():
    """Tell an order: order_of(ann, total_minor=5000); paid, in pounds, number 1 of the shop."""

    def tell(buyer=None, **facts):
        reference = CustomerReference(customer_id=buyer.id) if buyer else CustomerReference()
        told = {"source": "shop", "external_id": "1", "currency": "GBP", "total_minor": 10_000, "customer": reference}
        return record_order(OrderReport(**told | facts))

    return tell


@pytest.fixture
def refund_of():
    """Tell a refund: refund_of(amount_minor=300); number r1 for order 1 of the shop."""

    def tell(**facts):
        told = {"source": "shop", "external_id": "r1", "order_external_id": "1", "currency": "GBP", "amount_minor": 1_000}
        return record_refund(RefundReport(**told | facts))

    return tell


@pytest.fixture
def told(at_acme):
    """Read what acme's room has published: told("order.changed") gives (subject, payload) in order."""

    def read(kind: str):
        with at_acme():
            return [(event.subject_id, event.payload) for event in Event.objects.filter(kind=kind).order_by("id")]

    return read


@pytest.fixture
def audited(at_acme):
    """Read acme's audit trail: audited() gives the actions in order."""

    def read(*actions: str):
        with at_acme():
            records = AuditRecord.objects.filter(action__in=actions).order_by("id")
            return [(record.action, record.changes) for record in records]

    return read


class Api:
    def __init__(self, client, headers):
        self.client, self.headers = client, headers

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query, **self.headers)

    def post(self, path, body=None, **headers):
        return self.client.post(f"/api/v1/{path}", body or {}, "application/json", **self.headers, **headers)

    def patch(self, path, body, **headers):
        return self.client.patch(f"/api/v1/{path}", body, "application/json", **self.headers, **headers)


@pytest.fixture
def api(client, api_key):
    """Call the API: api("orders:read").get("orders"); all permissions at acme unless told."""
    return lambda *scopes, **options: Api(client, api_key(*scopes, **options))
