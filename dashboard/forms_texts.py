"""Forms: the account that text messages are sent with, and a test of it."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard import message_names
from messaging.models import SmsGateway
from messaging.operations import GatewayAsked
from messaging.operations.gateways import MOST_A_DAY, choosable

_NEW = {"reward_settled", "points_expiring", "gift_ready", "gift_shipped"}  # what a new account is proposed to send
_Use = SmsGateway.Use


class GatewayForm(forms.Form):
    vendor = forms.ChoiceField(label=_("Vendor"), choices=SmsGateway.Vendor.choices)
    key_id = forms.CharField(
        label=pgettext_lazy("of an account with a vendor", "Key"), max_length=100,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Alibaba Cloud: AccessKey ID. Tencent Cloud: SecretId. Twilio: Account SID."),
    )  # fmt: skip
    secret = forms.CharField(
        label=pgettext_lazy("of an account with a vendor", "Secret"), max_length=200, required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("AccessKey Secret, SecretKey or Auth Token. It is sealed and never shown again; empty keeps it."),
    )  # fmt: skip
    app_id = forms.CharField(
        label=_("Application"), max_length=40, required=False, help_text=_("Tencent Cloud only: the SdkAppId.")
    )
    sender = forms.CharField(
        label=_("Sender"), max_length=60,
        help_text=_("The signature as it was approved, without 【】. Twilio: the number, or the SID of a service."),
    )  # fmt: skip
    countries = forms.CharField(
        label=_("Countries"), max_length=400,
        help_text=_("Texts go nowhere else, so that nobody runs up your bill abroad. Two letters each: CN, HK, GB."),
    )  # fmt: skip
    most_a_day = forms.IntegerField(
        label=_("At most a day"), min_value=1, max_value=10_000_000,
        help_text=_("Then codes are refused, and everything else waits for the next morning."),
    )  # fmt: skip

    def __init__(self, *args, gateway: SmsGateway | None, country: str, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in choosable():
            self.fields[f"use_{kind}"] = forms.ChoiceField(
                label=message_names.KINDS[kind],
                choices=_Use.choices,
                required=False,
                widget=forms.Select({"class": "form-select form-select-sm"}),
            )
        self.initial |= _told(gateway) if gateway else {"countries": country, "most_a_day": MOST_A_DAY, **_uses(_proposed())}

    def uses(self) -> list[tuple[str, forms.BoundField]]:
        """Each kind with its choice, for the page."""
        return [(kind, self[f"use_{kind}"]) for kind in choosable()]

    @property
    def asked(self) -> GatewayAsked:
        told = self.cleaned_data
        return GatewayAsked(
            vendor=told["vendor"], key_id=told["key_id"], secret=told["secret"], app_id=told["app_id"],
            sender=told["sender"], countries=[each for each in re.split(r"[\s,，、;；]+", told["countries"]) if each],
            most_a_day=told["most_a_day"], uses={kind: told[f"use_{kind}"] or _Use.OFF for kind in choosable()},
        )  # fmt: skip


def _proposed() -> dict[str, str]:
    return {kind: _Use.WITHOUT_EMAIL for kind in choosable() if kind in _NEW}


def _uses(uses: dict[str, str]) -> dict[str, str]:
    return {f"use_{kind}": uses.get(kind, _Use.OFF) for kind in choosable()}


def _told(gateway: SmsGateway) -> dict:
    return {
        "vendor": gateway.vendor, "key_id": gateway.key_id, "app_id": gateway.app_id, "sender": gateway.sender,
        "countries": ", ".join(gateway.countries), "most_a_day": gateway.most_a_day, **_uses(gateway.uses),
    }  # fmt: skip


class TextTestForm(forms.Form):
    phone = forms.CharField(
        label=_("To which phone"), max_length=40, widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"})
    )
