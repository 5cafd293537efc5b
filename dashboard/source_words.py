"""Why a referral is looked at because of who brought it, in words; each with its innocent reading."""

from django.utils.translation import gettext_lazy as _

from referrals.models import Referral
from referrals.queries.sources import conflicts_of

WORDS = {
    "own_customer": _(
        "The customer was the employee's own before they followed the code. Staff earn nothing for their own customers."
    ),
    "own_entry": _(
        "The employee entered this customer before they followed the code. That may have been a favour at the counter."
    ),
    "own_contact": _("Name or contact are the referrer's own. It may be a second phone, or somebody of the same name."),
    "household": _("Same surname and same address as the referrer: probably family. Family may buy like anybody else."),
    "two_claims": _("A partner and an employee both lay claim to this friend. Somebody has to decide between them."),
    "source_limit": _("The referrer has brought more friends in 30 days than the campaign allows without a look."),
}


def source_words(referral: Referral) -> list[str]:
    return [str(WORDS.get(one.code, one.code)) for one in conflicts_of(referral.id)]
