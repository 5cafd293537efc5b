"""A small endpoint on what all endpoints share, so that their manners can be tested once."""

import time

from django.urls import path
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response

from crm.models import Tag
from foundation.errors import Conflict
from tenancy.api import idempotent


class TooMany(Conflict):
    code = "too_many"
    message = "There are already %(count)s."
    field = "name"


class TagShape(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name"]


class Tags(ListAPIView):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    serializer_class = TagShape
    filterset_fields = ["name"]

    def get_queryset(self):
        return Tag.objects.all()

    @idempotent(required=True)
    def post(self, request):
        shape = TagShape(data=request.data)
        shape.is_valid(raise_exception=True)
        if request.data["name"] == "slow":
            time.sleep(0.5)
        tag = Tag.objects.create(name=shape.validated_data["name"])
        if tag.name == "refused":
            raise TooMany(count=3)
        if tag.name == "broken":
            raise ZeroDivisionError
        return Response(TagShape(tag).data, status=201)


urlpatterns = [path("api/v1/tags", Tags.as_view())]
