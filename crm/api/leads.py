"""REST: leads, from capture to conversion; the pool, the rules on trial, how fast we are."""

from django.http import Http404
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.filters import LeadFilter
from crm.models import Interaction, Lead, LeadForm, LeadMove
from crm.operations import leads as leading
from crm.queries import leads as reads
from crm.queries.sight import seen_by
from crm.rules.explaining import explain
from crm.rules.leads import REASONS, RESULTS
from foundation.numbers import whole_number
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_JSON = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)


class LeadOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    owner_id = serializers.UUIDField(allow_null=True)
    pool_id = serializers.UUIDField(allow_null=True)
    form_id = serializers.UUIDField(allow_null=True)
    product_id = serializers.UUIDField(allow_null=True)
    referrer_id = serializers.UUIDField(allow_null=True)
    utm = _JSON()
    answers = _JSON()
    custom = serializers.DictField(help_text="Own fields, by key.")
    is_known = serializers.BooleanField(help_text="The customer was on the books before this enquiry.")
    response_minutes = serializers.IntegerField(allow_null=True, help_text="Working minutes to the first response.")

    class Meta:
        model = Lead
        fields = [
            "id", "key", "state", "source", "channel", "customer_id", "owner_id", "pool_id", "form_id", "campaign", "utm",
            "product_id", "interest", "message", "answers", "custom", "referrer_id", "is_known", "is_protected",
            "assigned_at", "response_due_at", "first_response_at", "response_minutes", "recycle_at", "times_recycled",
            "reason", "detail", "note", "created_at", "closed_at",
        ]  # fmt: skip


class LeadIn(Shape):
    source = serializers.CharField(max_length=40, help_text="The system that tells: shop, landing-page, call-centre …")
    external_id = serializers.CharField(max_length=80, help_text="Its id there; with the source, once for ever.")
    name = serializers.CharField(max_length=120, required=False, help_text="Needed unless customer_id is given.")
    customer_id = serializers.UUIDField(required=False)
    phone = serializers.CharField(max_length=40, required=False)
    email = serializers.CharField(max_length=254, required=False)
    wechat = serializers.CharField(max_length=80, required=False)
    province = serializers.CharField(max_length=60, required=False)
    city = serializers.CharField(max_length=60, required=False)
    language = serializers.ChoiceField(["", "zh-hans", "en"], required=False)
    channel = serializers.CharField(max_length=20, required=False)
    campaign = serializers.CharField(max_length=80, required=False)
    utm = serializers.DictField(child=serializers.CharField(max_length=80), required=False)
    product = serializers.CharField(max_length=200, required=False, help_text="SKU or name.")
    interest = serializers.CharField(max_length=200, required=False)
    message = serializers.CharField(max_length=5000, required=False)
    answers = serializers.DictField(required=False)
    custom = serializers.DictField(required=False, help_text="Own fields, by key: GET /custom-fields?subject=lead.")
    referrer_id = serializers.UUIDField(required=False, help_text="The customer who referred them.")
    owner_id = serializers.UUIDField(required=False, help_text="Without it the rules decide.")


class Leads(Rows):
    permissions = {"GET": "leads:read", "POST": "leads:write"}
    model = Lead
    serializer_class = LeadOut
    filterset_class = LeadFilter

    def rows(self):
        return seen_by(self.request.auth, Lead.objects.all())

    @extend_schema(operation_id="leads_list", summary="List leads, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="leads_create", summary="Capture a lead", request=LeadIn, responses={201: LeadOut, 200: LeadOut},
        parameters=[IDEMPOTENCY_HEADER],
        description="The person is recorded once: a known customer gets a new enquiry. The same source and external id give"
        " the first lead again, with 200.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(LeadIn, request)
        key = f"api:{body.pop('source')}:{body.pop('external_id')}"
        captured = leading.capture_lead(leading.LeadReport(key=key, source="api", **body))
        return Response(LeadOut(captured.lead).data, status=201 if captured.is_new else 200)


def _seen(request, lead_id) -> Lead:
    lead = seen_by(request.auth, Lead.objects.filter(id=lead_id)).first()
    if lead is None:
        raise Http404
    return lead


class LeadPatch(Shape):
    interest = serializers.CharField(max_length=200, allow_blank=True)
    message = serializers.CharField(max_length=5000, allow_blank=True)
    campaign = serializers.CharField(max_length=80, allow_blank=True)
    custom = serializers.DictField(help_text="Own fields, by key; null takes one away, what is not named stays.")


class OneLead(APIView):
    permissions = {"GET": "leads:read", "PATCH": "leads:write"}

    @extend_schema(operation_id="leads_retrieve", summary="Read a lead", responses=LeadOut)
    def get(self, request, lead_id):
        return Response(LeadOut(_seen(request, lead_id)).data)

    @extend_schema(
        operation_id="leads_update", summary="Change what is known of a lead", request=LeadPatch, responses=LeadOut,
        description="One that is closed stays as it was: 409.",
    )  # fmt: skip
    def patch(self, request, lead_id):
        _seen(request, lead_id)
        return Response(LeadOut(leading.change_lead(lead_id, **read(LeadPatch, request, partial=True))).data)


class LeadMoveOut(serializers.ModelSerializer):
    from_member_id = serializers.UUIDField(allow_null=True)
    to_member_id = serializers.UUIDField(allow_null=True)
    by_member_id = serializers.UUIDField(allow_null=True)
    facts = _JSON()
    why = serializers.SerializerMethodField(help_text="An assignment in words.")

    class Meta:
        model = LeadMove
        fields = [
            "id", "kind", "before", "after", "from_member_id", "to_member_id", "by_member_id", "reason", "note", "why",
            "facts", "occurred_at",
        ]  # fmt: skip

    def get_why(self, move: LeadMove) -> str:
        return explain(move.facts) if move.kind in ("assigned", "pooled") else ""


class LeadMoves(Rows):
    permissions = {"GET": "leads:read"}
    model = LeadMove
    serializer_class = LeadMoveOut

    def rows(self):
        return LeadMove.objects.filter(lead=_seen(self.request, self.kwargs["lead_id"]))

    @extend_schema(operation_id="lead_moves_list", summary="List what happened with a lead, newest first")
    def get(self, request, lead_id):
        return super().get(request)


class _Verb(APIView):
    """Something done with one lead; who does not see it is told that there is none."""

    permissions = {"POST": "leads:write"}
    shape: type[Shape]

    def do(self, lead_id, body) -> Lead:
        raise NotImplementedError


def _verb(name: str, summary: str, shape: type[Shape], description: str = ""):
    """Describe a verb for the schema."""
    how = extend_schema(
        operation_id=f"leads_{name}", summary=summary, request=shape, responses=LeadOut, parameters=[IDEMPOTENCY_HEADER],
        description=description,
    )  # fmt: skip

    def decorate(view):
        view.shape = shape
        view.post = how(idempotent()(_post))
        return view

    return decorate


def _post(view, request, lead_id):
    _seen(request, lead_id)
    return Response(LeadOut(view.do(lead_id, read(view.shape, request))).data)


class LeadAssignIn(Shape):
    owner_id = serializers.UUIDField(required=False, help_text="Without it the rules are asked again.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


@_verb("assign", "Give a lead to somebody, or hand it over", LeadAssignIn)
class AssignLead(_Verb):
    def do(self, lead_id, body):
        return leading.assign_lead(lead_id, body.get("owner_id"), note=body.get("note", ""))


class ContactIn(Shape):
    kind = serializers.ChoiceField(Interaction.Kind.choices)
    result = serializers.ChoiceField(list(RESULTS.items()))
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    next_title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    next_at = serializers.DateTimeField(required=False)


@_verb("contact", "Record a contact with a lead", ContactIn, "The first that reaches them stops the response clock.")
class ContactLead(_Verb):
    def do(self, lead_id, body):
        return leading.record_contact(lead_id, **body)


class LeadNoteIn(Shape):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class QualifyIn(LeadNoteIn):
    custom = serializers.DictField(required=False, help_text="Own fields that this step asks for.")


@_verb("qualify", "Qualify a lead", QualifyIn)
class QualifyLead(_Verb):
    def do(self, lead_id, body):
        return leading.qualify_lead(lead_id, **body)


class DisqualifyIn(Shape):
    reason = serializers.ChoiceField(list(REASONS))
    detail = serializers.CharField(max_length=24, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


@_verb("disqualify", "Close a lead as no fit", DisqualifyIn)
class DisqualifyLead(_Verb):
    def do(self, lead_id, body):
        return leading.disqualify_lead(lead_id, **body)


class ConvertIn(Shape):
    make_deal = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    custom = serializers.DictField(required=False, help_text="Own fields that this step asks for.")


@_verb("convert", "Convert a qualified lead", ConvertIn)
class ConvertLead(_Verb):
    def do(self, lead_id, body):
        return leading.convert_lead(lead_id, body["make_deal"], note=body.get("note", ""), custom=body.get("custom"))


class ClaimIn(Shape):
    owner_id = serializers.UUIDField(help_text="The member of staff who takes it.")


@_verb("claim", "Claim a lead from the pool", ClaimIn, "Of two who claim, one gets it; the other gets 409 lead_taken.")
class ClaimLead(_Verb):
    def do(self, lead_id, body):
        return leading.claim_lead(lead_id, body["owner_id"])


@_verb("release", "Give a lead back to the pool", LeadNoteIn)
class ReleaseLead(_Verb):
    def do(self, lead_id, body):
        return leading.release_lead(lead_id, **body)


@_verb("reopen", "Take up a lead that was closed as no fit", LeadNoteIn)
class ReopenLead(_Verb):
    def do(self, lead_id, body):
        return leading.reopen_lead(lead_id, **body)


# --- forms, rules, figures ---------------------------------------------------------------------------------------


class LeadFormOut(serializers.ModelSerializer):
    origins = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = LeadForm
        fields = [
            "id", "code", "name", "version", "is_on", "opens_at", "closes_at", "limit", "origins", "redirect_to", "campaign",
            "created_at",
        ]  # fmt: skip


class LeadForms(Rows):
    permissions = {"GET": "leads:read"}
    model = LeadForm
    serializer_class = LeadFormOut

    def rows(self):
        return LeadForm.objects.all()

    @extend_schema(operation_id="lead_forms_list", summary="List enquiry forms, newest first")
    def get(self, request):
        return super().get(request)


class LeadTryIn(Shape):
    source = serializers.ChoiceField(Lead.Source.choices, default="api")
    city = serializers.CharField(max_length=60, required=False)
    province = serializers.CharField(max_length=60, required=False)
    campaign = serializers.CharField(max_length=80, required=False)
    interest = serializers.CharField(max_length=200, required=False)


class LeadTryOut(serializers.Serializer):
    owner_id = serializers.UUIDField(allow_null=True)
    pool_id = serializers.UUIDField(allow_null=True)
    why = serializers.CharField()


class TryRules(APIView):
    permissions = {"POST": "leads:read"}

    @extend_schema(
        operation_id="lead_rules_try", summary="Ask what the rules would do with a lead", request=LeadTryIn,
        responses=LeadTryOut, description="Nothing moves, and nobody's turn goes by.",
    )  # fmt: skip
    def post(self, request):
        decision = leading.dry_run_of(**read(LeadTryIn, request))
        body = {"owner_id": decision.member_id, "pool_id": decision.pool_id, "why": explain(decision.facts)}
        return Response(LeadTryOut(body).data)


class ResponseRowOut(serializers.Serializer):
    key = serializers.CharField(help_text="Id of the owner or form, or the source.")
    leads = serializers.IntegerField()
    answered = serializers.IntegerField()
    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    average_minutes = serializers.FloatField(allow_null=True)
    converted = serializers.IntegerField()


class ResponseOut(serializers.Serializer):
    data = ResponseRowOut(many=True)


class ResponseTimes(APIView):
    permissions = {"GET": "leads:read"}

    @extend_schema(
        operation_id="lead_response_times", summary="Say how fast leads are answered, in working minutes",
        responses=ResponseOut,
        parameters=[
            OpenApiParameter("by", str, enum=["owner", "source", "form"], description="owner unless told"),
            OpenApiParameter("days", int, description="how far back, 30 unless told, 731 at most"),
        ],
    )  # fmt: skip
    def get(self, request):
        by, days = request.query_params.get("by", "owner"), whole_number(request.query_params.get("days", "30"))
        if by not in ("owner", "source", "form"):
            raise serializers.ValidationError({"by": [gettext("Use owner, source or form.")]})
        if days is None or not 1 <= days <= 731:
            raise serializers.ValidationError({"days": [gettext("Use a whole number from 1 to 731.")]})
        since, until = reads.recent_window(days)
        rows = reads.response_figures(by=by, since=since, until=until)
        return Response({"data": ResponseRowOut(rows, many=True).data})
