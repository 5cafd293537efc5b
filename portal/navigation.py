"""The member centre's way round."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.page import show

_POINTS = ("member_catalogue", "member_item", "member_gifts", "member_gift")  # what they buy
_REQUESTS = ("member_cases", "member_case", "member_case_new", "member_case_say", "member_case_rate")
_CLAIMS = ("member_claims", "member_claim_new", "member_claim_appeal")
_STATUS = ("member_status", "member_status_revoke")
_TABS = [  # the page a tab opens, its icon and name, and the pages below it
    ("member_home", "home", _("Home"), {"member_history"}),
    ("member_referrals", "friends", _("Friends"), {"member_share", "member_referral", "member_honours", *_CLAIMS, *_STATUS}),
    ("member_rewards", "gift", _("Rewards"), {"member_reward", "member_payout", *_POINTS}),
    ("member_coupons", "ticket", _("Coupons"), set()),
    ("member_preferences", "person", _("Me"), {"member_wechat", "member_wechat_let_go", *_REQUESTS}),
]


def show_member(request: HttpRequest, template: str, context: dict | None = None, *, status: int = 200) -> HttpResponse:
    here = request.resolver_match.url_name
    tabs = [
        {
            "href": reverse(f"portal:{page}", args=[request.organisation.slug]),
            "icon": icon,
            "name": name,
            "is_current": here == page or here in below,
        }
        for page, icon, name, below in _TABS
    ]
    return show(request, template, {"tabs": tabs} | (context or {}), status=status)
