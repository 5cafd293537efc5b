"""Request bodies and lists of the REST API. Apart from tenancy/api.py, which REST framework's own views need first."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import generics, serializers


class Shape(serializers.Serializer):
    """A request body; a field we do not know is refused, so that a typing mistake is not silently dropped."""

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        if unknown := set(data) - set(self.fields):
            raise serializers.ValidationError({name: [_("This field does not exist.")] for name in sorted(unknown)})
        return values


class Rows(generics.ListAPIView):
    """A list: `model` for the schema, which is written outside the door, `rows` for the answer."""

    model: type[Model]

    def get_queryset(self) -> QuerySet:
        return QuerySet(self.model) if getattr(self, "swagger_fake_view", False) else self.rows()

    def rows(self) -> QuerySet:
        raise NotImplementedError


def one_of(request, name: str, choices: Sequence[str], usual: str | None) -> str | None:
    """Read a parameter that knows a few values; another value is refused, not taken for the usual one."""
    wanted = request.query_params.get(name)
    if wanted is not None and wanted not in choices:
        raise serializers.ValidationError({name: [_("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}]})
    return wanted or usual


def read(shape: type[Shape], request, *, partial: bool = False) -> dict[str, Any]:
    """Check a request's body against its shape."""
    body = shape(data=request.data, partial=partial)
    body.is_valid(raise_exception=True)
    return body.validated_data
