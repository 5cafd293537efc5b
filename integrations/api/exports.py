"""REST: lists as CSV, narrowed by the same filters as the lists themselves."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import PermissionDenied

from crm.filters import CustomerFilter, OrderFilter
from crm.models import Customer, Order
from integrations import exports
from integrations.api.imports import as_csv
from referrals.filters import ReferralFilter
from referrals.models import Referral
from rewards.api.rewards import RewardFilter
from rewards.models import Reward

_CSV = {(200, "text/csv"): OpenApiTypes.BINARY}


class Export(generics.GenericAPIView):
    permissions = {"GET": "exports:read"}
    pagination_class = None
    name: str
    model: type

    def get_queryset(self) -> QuerySet:
        return QuerySet(self.model) if getattr(self, "swagger_fake_view", False) else exports.LISTS[self.name].rows()

    def answer(self, request):
        if not request.auth.may(exports.LISTS[self.name].permission):
            raise PermissionDenied
        rows = self.filter_queryset(self.get_queryset())
        lines = exports.export(self.name, rows, reader=request.auth, filters=request.query_params)
        return as_csv(lines, f"{self.name}.csv")


class ExportCustomers(Export):
    name, model, filterset_class = "customers", Customer, CustomerFilter

    @extend_schema(
        operation_id="exports_customers", summary="Customers as CSV", responses=_CSV,
        description="Contacts are masked without the permission contacts:reveal.",
    )  # fmt: skip
    def get(self, request):
        return self.answer(request)


class ExportOrders(Export):
    name, model, filterset_class = "orders", Order, OrderFilter

    @extend_schema(operation_id="exports_orders", summary="Orders as CSV", responses=_CSV)
    def get(self, request):
        return self.answer(request)


class ExportReferrals(Export):
    name, model, filterset_class = "referrals", Referral, ReferralFilter

    @extend_schema(operation_id="exports_referrals", summary="Referrals as CSV", responses=_CSV)
    def get(self, request):
        return self.answer(request)


class ExportRewards(Export):
    name, model, filterset_class = "rewards", Reward, RewardFilter

    @extend_schema(operation_id="exports_rewards", summary="Rewards as CSV", responses=_CSV)
    def get(self, request):
        return self.answer(request)
