"""What the endpoints of the strong room share."""

from django.db.models import QuerySet
from django.http import Http404

from crm.models import Customer
from foundation.ids import fingerprint


def listed(view, queryset):
    """Give the queryset; the schema is written outside the door, where there is nothing to ask for."""
    return QuerySet(view.serializer_class.Meta.model) if getattr(view, "swagger_fake_view", False) else queryset()


def read(shape, request) -> dict:
    read = shape(data=request.data)
    read.is_valid(raise_exception=True)
    return read.validated_data


def refuse_unknown_customer(customer_id) -> None:
    if not Customer.objects.filter(id=customer_id).exists():
        raise Http404


def key_of(request) -> str:
    """Name what a request does by its Idempotency-Key, whole or, where it is long, by a fingerprint of all of it."""
    principal, key = getattr(request.auth, "key_id", None) or request.auth.id, request.headers["Idempotency-Key"]
    return f"api:{principal}:{key if len(key) <= 64 else fingerprint(key)}"
