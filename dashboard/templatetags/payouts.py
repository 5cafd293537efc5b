"""Filters of the pages about payouts."""

from django import template
from django.utils.translation import gettext_lazy as _

from rewards.models import PayoutReport

register = template.Library()

# Green is good, azure is under way, yellow waits for somebody, orange needs attention, red is bad.
_TONES = {
    "waiting": "yellow", "approved": "azure", "sending": "azure", "sent": "azure", "completed": "green",
    "with_failures": "orange", "reserved": "azure", "accepted": "azure", "uncertain": "orange", "paid": "green",
    "failed": "red",
}  # fmt: skip
_CAUSES = {
    "worker_lost": _("Our worker was cut off while it sent this."),
    "timeout": _("The provider did not answer in time."),
    "cut_off": _("The connection broke before the provider had answered."),
    "no_connection": _("The provider could not be reached."),
    "address_refused": _("The provider's address may not be used."),
    "http_401": _("The provider does not accept our signature."),
    "http_404": _("There is no provider at this address."),
    "account_erased": _("The account was erased."),
    "account_closed": _("The account is closed."),
    "account_unknown": _("The account does not exist."),
}


@register.filter
def payout_tone(state: str) -> str:
    return _TONES.get(str(state), "secondary")


@register.filter
def payout_cause(code: str) -> str:
    """Say why in words, where the code is ours; a provider's own words as they are."""
    return str(_CAUSES.get(code, code))


@register.filter
def report_source(code: str) -> str:
    return str(PayoutReport.Source(code).label)
