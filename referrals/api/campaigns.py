"""REST: campaigns, their terms and codes."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals import operations, queries
from referrals.api.shapes import (
    CampaignBudgetIn,
    CampaignIn,
    CampaignOut,
    CampaignPatch,
    CodeIn,
    CodeOut,
    FoundCodeOut,
    OneCampaignOut,
    TemplateOut,
    TermFactOut,
    TermsIn,
    TermsOut,
)
from referrals.filters import CampaignFilter
from referrals.models import Campaign
from referrals.rules.conditions import FACTS, OPERATORS
from referrals.templates import TEMPLATES, default_terms
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, read
from tenancy.models import Organisation


class Campaigns(Rows):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}
    model = Campaign
    serializer_class = CampaignOut
    filterset_class = CampaignFilter

    def rows(self):
        return queries.campaigns()

    @extend_schema(operation_id="campaigns_list", summary="List campaigns, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="campaigns_create", summary="Draft a campaign from a template", request=CampaignIn,
        responses={201: OneCampaignOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        body = read(CampaignIn, request)
        campaign = operations.create_campaign(terms_changes=body.pop("terms", None), **body)
        return Response(OneCampaignOut(campaign).data, status=201)


class Templates(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_templates_list", summary="List templates with their default terms",
        responses=TemplateOut(many=True),
    )  # fmt: skip
    def get(self, request):
        currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
        shown = [
            {"key": t.key, "name": t.name, "about": t.about, "texts": t.texts, "terms": default_terms(t, currency)}
            for t in TEMPLATES.values()
        ]
        return Response(TemplateOut(shown, many=True).data)


class TermFacts(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_facts_list", summary="List the facts that conditions in terms can ask for",
        responses=TermFactOut(many=True),
    )  # fmt: skip
    def get(self, request):
        told = [
            {"name": name, "type": fact.type, "known_of": fact.of, "operators": list(OPERATORS[fact.type])}
            for name, fact in FACTS.items()
        ]
        return Response(TermFactOut(told, many=True).data)


class OneCampaign(APIView):
    permissions = {"GET": "campaigns:read", "PATCH": "campaigns:write"}

    @extend_schema(operation_id="campaigns_retrieve", summary="Read a campaign with its terms", responses=OneCampaignOut)
    def get(self, request, campaign_id):
        return Response(OneCampaignOut(queries.campaigns().get(id=campaign_id)).data)

    @extend_schema(
        operation_id="campaigns_update", summary="Change texts, window, target or who is responsible",
        request=CampaignPatch, responses=OneCampaignOut,
    )  # fmt: skip
    def patch(self, request, campaign_id):
        changes = read(CampaignPatch, request, partial=True)
        return Response(OneCampaignOut(operations.update_campaign(campaign_id, **changes)).data)


class CampaignTerms(APIView):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_terms_list", summary="List all versions of the terms", responses=TermsOut(many=True)
    )
    def get(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        return Response(TermsOut(queries.versions(campaign.id), many=True).data)

    @extend_schema(
        operation_id="campaign_terms_publish", summary="Put new terms in force for those who come from now on",
        request=TermsIn, responses={201: TermsOut}, parameters=[IDEMPOTENCY_HEADER],
        description="Referrals that exist keep the terms they came in under, unless `honour` says that they may get better "
        "ones. The same terms again make no new version.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, campaign_id):
        version = operations.publish_terms(campaign_id, **read(TermsIn, request))
        return Response(TermsOut(version).data, status=201)


class CampaignBudget(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_budget_open", summary="Set a budget aside for a campaign that has none",
        request=CampaignBudgetIn, responses={201: OneCampaignOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, campaign_id):
        told = read(CampaignBudgetIn, request)
        if "budget_id" in told:
            campaign = operations.share_budget(campaign_id, told["budget_id"])
        else:
            campaign = operations.fund_campaign(campaign_id, told["limit_minor"])
        return Response(OneCampaignOut(campaign).data, status=201)


def _turn(operation, summary: str) -> type[APIView]:
    """Make the endpoint of one move of a campaign's state."""
    verb = operation.__name__.removesuffix("_campaign")

    class Turn(APIView):
        permissions = {"POST": "campaigns:write"}

        @extend_schema(operation_id=f"campaigns_{verb}", summary=summary, request=None, responses=OneCampaignOut)
        def post(self, request, campaign_id):
            return Response(OneCampaignOut(operation(campaign_id)).data)

    return Turn


ScheduleCampaign = _turn(operations.schedule_campaign, "Let a complete draft start by itself at its time")
StartCampaign = _turn(operations.start_campaign, "Run a complete draft from now on")
PauseCampaign = _turn(operations.pause_campaign, "Take nobody new for a while")
ResumeCampaign = _turn(operations.resume_campaign, "Go on after a pause")
EndCampaign = _turn(operations.end_campaign, "Take nobody new any more")


class CampaignCodes(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_codes_create", summary="Give a customer their code; the same one every time",
        request=CodeIn, responses={201: CodeOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, campaign_id):
        code = operations.code_for(campaign_id, read(CodeIn, request)["customer_id"])
        return Response(CodeOut(code).data, status=201)


class OneCode(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(operation_id="codes_retrieve", summary="Read a code as it was typed", responses=FoundCodeOut)
    def get(self, request, code):
        return Response(FoundCodeOut(queries.find_code(code)).data)
