"""REST: the one address that needs no key: a payment provider posts here, and signs what it says."""

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from rewards.api.payout_shapes import CallbackIn, CallbackOut
from rewards.errors.payouts import PayoutProviderMissing
from rewards.operations.payouts import organisation_of, take_callback
from rewards.providers.port import NotSigned, NotUnderstood
from tenancy import door
from tenancy.api import ProblemResponse

PROVIDER = door.Actor("provider")
LARGEST = 20_000


class CallbackThrottle(SimpleRateThrottle):
    scope, rate = "payout_callbacks", "600/min"

    def get_cache_key(self, request, view):
        whose = organisation_of(view.kwargs["token"]) or self.get_ident(request)
        return f"throttle:payout-callbacks:{whose}"


class PayoutCallback(APIView):
    is_public = True  # the signature is the key
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [CallbackThrottle]

    @extend_schema(
        operation_id="payout_callbacks_take", auth=[], request=CallbackIn, responses=CallbackOut,
        summary="Take in what a payment provider says, signed as Standard Webhooks; the same message twice counts once",
    )  # fmt: skip
    def post(self, request, token):
        organisation_id = organisation_of(token)
        if organisation_id is None or door.inside():  # a provider comes without key and session
            raise Http404
        body = request.body
        if len(body) > LARGEST:
            return ProblemResponse(413, "too_large", gettext("This is larger than any callback."))
        try:
            with door.organisation(organisation_id, actor=PROVIDER):
                return Response({"outcome": take_callback(request.headers, body)})
        except NotSigned:
            return ProblemResponse(401, "not_signed", gettext("The signature is missing, wrong or too old."))
        except NotUnderstood:
            return ProblemResponse(422, "not_understood", gettext("The input is not valid."))
        except PayoutProviderMissing:
            raise Http404 from None


urlpatterns = [path("payout-callbacks/<str:token>", PayoutCallback.as_view(), name="payout_callback")]
