"""REST: the books: journal, trial balance, proof."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import queries
from rewards.api.common import listed
from rewards.models import JournalEntry, Posting


class PostingOut(serializers.ModelSerializer):
    unit = serializers.CharField(source="account.unit.code")
    customer_id = serializers.UUIDField(source="account.customer_id")
    reward_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Posting
        fields = ["source", "target", "customer_id", "unit", "amount", "reward_id"]


class EntryOut(serializers.ModelSerializer):
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    postings = PostingOut(source="arrows", many=True, help_text="The first twenty arrows.")

    class Meta:
        model = JournalEntry
        fields = ["id", "kind", "key", "reason", "reverses", "occurred_at", "recorded_at", "postings"]


class TrialLineOut(serializers.Serializer):
    unit = serializers.CharField()
    account = serializers.CharField()
    amount = serializers.IntegerField()


class TrialList(serializers.Serializer):
    data = TrialLineOut(many=True)


class WrongRowOut(serializers.Serializer):
    rule = serializers.CharField()
    row_id = serializers.UUIDField()
    expected = serializers.CharField()
    found = serializers.CharField()


class BooksOut(serializers.Serializer):
    is_whole = serializers.BooleanField()
    checked = serializers.DictField(child=serializers.IntegerField())
    wrong = WrongRowOut(many=True, help_text="The first wrong row of each broken rule.")


class EntryFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=JournalEntry.Kind.choices)
    key = django_filters.CharFilter()

    class Meta:
        model = JournalEntry
        fields = ["kind", "key"]


class Entries(ListAPIView):
    permissions = {"GET": "ledger:read"}
    serializer_class = EntryOut
    filterset_class = EntryFilter

    def get_queryset(self):
        return listed(self, queries.entries)

    @extend_schema(operation_id="ledger_entries_list", summary="List the journal, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class TrialBalance(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_trial_balance", summary="Sum all accounts; a unit sums to 0", responses=TrialList)
    def get(self, request):
        return Response({"data": TrialLineOut(queries.trial_balance(), many=True).data})


class VerifyBooks(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_verify", summary="Prove the books from the journal", responses=BooksOut)
    def get(self, request):
        return Response(BooksOut(queries.verify_books()).data)


urlpatterns = [
    path("ledger/entries", Entries.as_view()),
    path("ledger/trial-balance", TrialBalance.as_view()),
    path("ledger/verify", VerifyBooks.as_view()),
]
