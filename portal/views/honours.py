"""Honours: a member's own rank and names, and the wall of thanks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import DomainError
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint, in_language, public_page, show
from referrals.models import Recognition
from referrals.operations.honours import agree_to_be_named, consents_of, withdraw_name
from referrals.queries.honours import board, friends_who_bought, honour_rules, steps, wall
from referrals.rules.honours import next_step


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def honours(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _honours(request)
    try:
        _change(request)
    except DomainError as refusal:
        return _honours(request, problem=complaint(refusal), status=refusal.status)
    return redirect(reverse("portal:member_honours", args=[request.organisation.slug]) + "?saved=1")


def _change(request) -> None:
    surface = request.POST.get("surface", "")
    if request.POST.get("withdraw"):
        withdraw_name(request.member.id, surface=surface)
    else:
        agree_to_be_named(request.member.id, surface=surface, display_name=request.POST.get("display_name", ""))


def _honours(request, *, problem: str = "", status: int = 200) -> HttpResponse:
    member, agreed = request.member, consents_of(request.member.id)
    friends = friends_who_bought([member.id]).get(member.id, 0)
    step = next_step(friends, list(steps().values_list("friends", flat=True)))
    found = board(surface=Recognition.Surface.BOARD, own_id=member.id)
    context = {
        "board": found, "is_board_shown": honour_rules().is_board_shown, "friends": friends, "step": step,
        "missing": step - friends if step else 0, "anonymous": _("Somebody who prefers not to be named"),
        "places": [
            {"surface": surface, "label": label, "agreed": agreed.get(surface)}
            for surface, label in Recognition.Surface.choices
        ],
        "suggested": member.name, "problem": problem, "saved": bool(request.GET.get("saved")),
    }  # fmt: skip
    return show_member(request, "honours.html", context, status=status)


@require_safe
@public_page
def public_wall(request: HttpRequest) -> HttpResponse:
    return _wall(request, Recognition.Surface.WALL)


@require_safe
@public_page
def screen(request: HttpRequest) -> HttpResponse:
    """Show the wall on a screen in the shop: it looks for itself once a minute."""
    return _wall(request, Recognition.Surface.SCREEN)


def _wall(request, surface: str) -> HttpResponse:
    rules = honour_rules()
    if not rules.is_wall_public:
        raise Missing
    title = in_language(rules.title, request.LANGUAGE_CODE) or _("Wall of thanks")
    is_screen = surface == Recognition.Surface.SCREEN
    response = show(request, "wall.html", {"title": title, "lines": wall(surface), "is_screen": is_screen})
    response["Cache-Control"] = "no-store"  # a name that was taken back is gone at the next look
    return response
