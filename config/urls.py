"""Addresses: staff pages at the root, public pages under /o/<organisation>/, the REST API under /api/v1/."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from tenancy.api import unknown_address

handler500 = "tenancy.api.broken"

_ROOMS = [
    "tenancy.jobs_api",
    "crm.api",
    "messaging.api",
    "rewards.api",
    "loyalty.api",
    "referrals.api",
    "analytics.api",
    "integrations.api",
    "dashboard.api",
]

urlpatterns = [
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    *[path("api/v1/", include(room)) for room in _ROOMS],
    re_path("^api/", unknown_address),
    path("o/<slug:slug>/", include("portal.urls")),
    path("", include("dashboard.urls")),
]
