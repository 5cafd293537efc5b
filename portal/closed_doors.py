"""An invitation that does not work now: plainly why, and where else a visitor can go."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import LeadFormVersion
from crm.queries.leads import open_forms
from foundation.errors import DomainError
from portal.page import in_language, show
from referrals.errors import CampaignEnded, CampaignNotStarted, CampaignPaused, CodeWithdrawn, UnknownCode
from referrals.errors.sources import MaterialExpired, MaterialNotYetValid
from referrals.queries.codes import find_code, other_open_code

CLOSED = (UnknownCode, CodeWithdrawn, CampaignNotStarted, CampaignPaused, CampaignEnded)
_MOST_FORMS = 2


def closed(request: HttpRequest, text: str, refusal: DomainError) -> HttpResponse:
    """Answer for a code that nobody can come by now; whoever just sent the form learns that nothing of it was kept."""
    if isinstance(refusal, UnknownCode):
        return show(request, "missing.html", status=404)
    is_over = isinstance(refusal, CampaignEnded | CodeWithdrawn)
    told = [_what_is_so(is_over)]
    if request.method == "POST":
        told.append(_("What you have just typed was not kept."))
    context = {"symbol": "rest", "title": _title(refusal), "text": " ".join(told), "ways": _ways_on(request, text)}
    return show(request, "closed.html", context, status=410 if is_over else 404)


def _title(refusal: DomainError) -> str:
    return {
        CampaignEnded: _("This campaign has ended"),
        CodeWithdrawn: _("This invitation is no longer valid"),
        MaterialExpired: _("This invitation is no longer valid"),
        MaterialNotYetValid: _("This invitation is not valid yet"),
        CampaignPaused: _("This campaign is having a break"),
        CampaignNotStarted: _("This campaign has not started yet"),
    }[type(refusal)]


def _what_is_so(is_over: bool) -> str:
    if is_over:
        return _("You are a little late, but thank you for coming. It cannot be accepted any more.")
    return _("Please come back later. Your friend's link will work again as soon as the campaign runs.")


def _ways_on(request, text: str) -> list[dict[str, str]]:
    """Offer the friend's invitation to a campaign that runs, and forms by which anybody may write to us."""
    slug, ways = request.organisation.slug, []
    if other := other_open_code(find_code(text)):
        address = reverse("portal:landing", args=[slug, other.code])
        ways.append({"href": address, "label": _("See your friend's other invitation")})
    forms: dict[str, str] = {}
    for form in open_forms():
        definition = LeadFormVersion.objects.get(form=form, number=form.version).definition
        title = in_language(definition.get("title"), request.LANGUAGE_CODE) or form.name
        forms.setdefault(_("Write to us: %(form)s") % {"form": title}, reverse("portal:lead_form", args=[slug, form.code]))
        if len(forms) == _MOST_FORMS:
            break
    return ways + [{"href": address, "label": label} for label, address in forms.items()]
