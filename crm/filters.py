"""How lists of customers, leads, orders, tasks and surveys are narrowed, on pages and in the API."""

import json

import django_filters as filters
from django.db.models import Q

from crm import queries
from crm.errors import InvalidConditions
from crm.models import (
    Customer,
    DuplicatePair,
    Lead,
    Merge,
    Order,
    Product,
    Refund,
    Survey,
    SurveyAnswer,
    Task,
)
from crm.queries import conditions
from crm.queries.segments import members_of, segment_read_by

SEARCHED_AT_MOST = 1000  # best matches; whoever needs more than a thousand filters, not searches


class Conditional(filters.FilterSet):
    """A list that can be narrowed by conditions over everything that is known of its rows."""

    subject = ""
    where = filters.CharFilter(method="fitting", label="Conditions as JSON: {match, conditions: [{fact, op, value}]}")

    def fitting(self, rows, name, text):
        try:
            tree = json.loads(text)
        except ValueError:
            raise InvalidConditions(path="where") from None
        return conditions.narrow(rows, tree, subject=self.subject, principal=self.request.auth)


class CustomerFilter(Conditional):
    subject = "customer"
    q = filters.CharFilter(method="search", label="Name, pinyin, initials, digits of a phone, start of an e-mail address")
    stage = filters.MultipleChoiceFilter(choices=Customer.Stage.choices, distinct=False)
    source = filters.MultipleChoiceFilter(choices=Customer.Source.choices, distinct=False)
    kind = filters.ChoiceFilter(choices=Customer.Kind.choices)
    tag = filters.CharFilter(method="tagged", label="Name of a tag")
    owner = filters.UUIDFilter(field_name="owner_id")
    in_pool = filters.BooleanFilter(field_name="owner", lookup_expr="isnull", label="Whether nobody looks after them")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    segment = filters.UUIDFilter(method="in_segment", label="Id of a segment")

    class Meta:
        model = Customer
        fields: list[str] = []

    def search(self, rows, name, text):
        return rows.filter(id__in=queries.search_ids(text, SEARCHED_AT_MOST))

    def tagged(self, rows, name, tag):
        return rows.filter(tags__tag__name=tag)

    def in_segment(self, rows, name, segment_id):
        segment = segment_read_by(self.request.auth, segment_id)
        return rows.filter(id__in=members_of(segment).order_by().values("id"))


class OrderFilter(Conditional):
    subject = "order"
    customer = filters.UUIDFilter(field_name="customer_id")
    status = filters.MultipleChoiceFilter(choices=Order.Status.choices, distinct=False)
    source = filters.CharFilter()
    external_id = filters.CharFilter()
    channel = filters.CharFilter()
    placed_after = filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="gte")
    placed_before = filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="lt")

    class Meta:
        model = Order
        fields: list[str] = []


class RefundFilter(filters.FilterSet):
    STATES = {
        "counted": Q(order__isnull=False, cancelled_at=None),
        "waiting": Q(order=None, problem="", cancelled_at=None),
        "review": Q(order=None, cancelled_at=None) & ~Q(problem=""),
        "cancelled": Q(cancelled_at__isnull=False),
    }

    state = filters.ChoiceFilter(choices=[(state, state) for state in STATES], method="in_state")
    order = filters.UUIDFilter(field_name="order_id")
    source = filters.CharFilter()
    external_id = filters.CharFilter()
    order_external_id = filters.CharFilter()

    class Meta:
        model = Refund
        fields: list[str] = []

    def in_state(self, rows, name, state):
        return rows.filter(self.STATES[state])


class ProductFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label="Start of the SKU or the name")
    sku = filters.CharFilter()
    category = filters.CharFilter()

    class Meta:
        model = Product
        fields: list[str] = []

    def search(self, rows, name, text):
        return rows.filter(Q(sku__istartswith=text) | Q(name__istartswith=text))


class LeadFilter(Conditional):
    subject = "lead"
    state = filters.MultipleChoiceFilter(choices=Lead.State.choices, distinct=False)
    source = filters.MultipleChoiceFilter(choices=Lead.Source.choices, distinct=False)
    owner = filters.UUIDFilter(field_name="owner_id")
    customer = filters.UUIDFilter(field_name="customer_id")
    form = filters.UUIDFilter(field_name="form_id")
    campaign = filters.CharFilter()
    is_in_pool = filters.BooleanFilter(field_name="pool", lookup_expr="isnull", exclude=True)
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Lead
        fields: list[str] = []


class TaskFilter(Conditional):
    subject = "task"
    state = filters.ChoiceFilter(choices=Task.State.choices)
    kind = filters.ChoiceFilter(choices=Task.Kind.choices)
    case = filters.UUIDFilter(field_name="case_id")
    priority = filters.ChoiceFilter(choices=Task.Priority.choices)
    assignee = filters.UUIDFilter(field_name="assignee_id")
    customer = filters.UUIDFilter(field_name="customer_id")
    due_after = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="gte")
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Task
        fields: list[str] = []


class SurveyFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=Survey.State.choices)
    kind = filters.ChoiceFilter(choices=Survey.Kind.choices)

    class Meta:
        model = Survey
        fields: list[str] = []


class SurveyAnswerFilter(filters.FilterSet):
    customer = filters.UUIDFilter(field_name="customer_id")
    topic = filters.ChoiceFilter(choices=SurveyAnswer.Topic.choices)
    sentiment = filters.ChoiceFilter(choices=[(-1, "bad"), (0, "neither"), (1, "good")])
    is_low = filters.BooleanFilter()
    answered_after = filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="gte")
    answered_before = filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="lt")

    class Meta:
        model = SurveyAnswer
        fields: list[str] = []


class DuplicateFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=DuplicatePair.State.choices)
    min_score = filters.NumberFilter(field_name="score", lookup_expr="gte")
    customer = filters.UUIDFilter(method="of", label="One of the two")

    class Meta:
        model = DuplicatePair
        fields: list[str] = []

    def of(self, rows, name, customer_id):
        return rows.filter(Q(first_id=customer_id) | Q(second_id=customer_id))


class MergeFilter(filters.FilterSet):
    winner = filters.UUIDFilter(field_name="winner_id")
    loser = filters.UUIDFilter(field_name="loser_id")
    is_undone = filters.BooleanFilter(field_name="undone_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Merge
        fields: list[str] = []
