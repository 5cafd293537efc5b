"""Suspected abuse: the cases, one case with its graph, lists, and how signs are weighed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.abuse_graph import graph_of
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_abuse import CaseFilters, FromCaseForm, ListingForm, PolicyForm, VerdictForm
from dashboard.paging import newest_first
from dashboard.people import names_of
from dashboard.sight import seen
from referrals import operations as referring
from referrals.models import AbuseCase, AbuseListing, Assessment
from referrals.queries import abuse as queries
from referrals.rules.signals import SIGNALS
from referrals.signal_words import WORDS, innocent, label, say, say_action

# --- the list ------------------------------------------------------------------------------------------------


@staff("referrals:read")
def abuse_cases(request: HttpRequest) -> HttpResponse:
    filters = CaseFilters(request.GET)
    rows = seen(request.membership, queries.abuse_cases())
    state = filters.chosen.get("state", "waiting")
    rows = rows.filter(state__in=AbuseCase.WAITING) if state == "waiting" else rows.filter(state=state)
    for name in ("kind",):
        if name in filters.chosen:
            rows = rows.filter(**{name: filters.chosen[name]})
    if "shadow" in filters.chosen:
        rows = rows.filter(is_shadow=filters.chosen["shadow"] == "yes")
    return listing(
        request, page="dashboard/abuse/cases.html", rows="dashboard/abuse/case_rows.html", filters=filters,
        page_of=newest_first(request, rows, by="opened_at"), policy=queries.abuse_policy(),
        counts=_counts(request),
    )  # fmt: skip


def _counts(request) -> dict[str, int]:
    rows = seen(request.membership, AbuseCase.objects.all())
    waiting = rows.filter(state__in=AbuseCase.WAITING)
    return {
        "held": waiting.filter(is_shadow=False).count(), "watched": waiting.filter(is_shadow=True).count(),
        "confirmed": rows.filter(state="confirmed").count(), "cleared": rows.filter(state="cleared").count(),
    }  # fmt: skip


# --- one case ------------------------------------------------------------------------------------------------


@staff("referrals:read", post="referrals:write")
def abuse_case(request: HttpRequest, abuse_case_id: UUID) -> HttpResponse:
    """Show a case; decide it."""
    found = get_object_or_404(queries.abuse_cases(), id=abuse_case_id)
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            verb, message = _VERBS[form.cleaned_data["verdict"]]
            verb(abuse_case_id, reason=form.cleaned_data["reason"])
            return done(request, str(message()), "dashboard:abuse_case", abuse_case_id)
    return _show(request, found, form)


_VERBS = {
    "clear": (referring.clear_case, lambda: gettext("Cleared. What no other case holds goes on.")),
    "confirm": (referring.confirm_case, lambda: gettext("Abuse is confirmed; the rewards are taken back.")),
    "proof": (referring.ask_for_proof, lambda: gettext("Held. The referrer is asked; somebody looks at the answer.")),
    "reopen": (referring.reopen_case, lambda: gettext("The case is open again.")),
}


def _show(request, found: AbuseCase, form) -> HttpResponse:
    members = list(queries.members_of(found.id)[:200])
    latest = queries.latest_assessments([one.referral_id for one in members])
    verdicts = list(queries.verdicts_of(found.id))
    names = names_of(verdict.actor_id for verdict in verdicts)
    context = {
        "case": found, "label": label(found.kind), "innocent": innocent(found.kind),
        "members": [_row(one, latest.get(one.referral_id)) for one in members],
        "signs": _signs(latest.values()), "graph": graph_of(members),
        "verdicts": [(verdict, names.get(verdict.actor_id, "")) for verdict in verdicts],
        "rewards": list(queries.rewards_of_referrals([one.referral_id for one in members])[:100]),
        "precision": queries.precision()[found.kind], "from_case": FromCaseForm(auto_id="list_%s"),
        "proofs": queries.proofs_of(found.referrer_id), "is_waiting": found.state in AbuseCase.WAITING,
    }  # fmt: skip
    return page(request, "dashboard/abuse/case.html", context, form=form)


def _row(member, latest: Assessment | None) -> dict:
    return {
        "member": member, "referral": member.referral, "latest": latest,
        "outcome": say_action(latest.would_be, is_shadow=latest.action != latest.would_be) if latest else "",
    }  # fmt: skip


def _signs(assessments) -> list[dict]:
    """Every sign that was seen at one of them, the heaviest first, with the figures of the one where it is seen best."""
    best: dict[str, dict] = {}
    for one in assessments:
        for sign in one.signals:
            kept = best.setdefault(sign["key"], {**sign, "count": 0})
            kept["count"] += 1
            kept["facts"] = max(kept["facts"], sign["facts"], key=lambda facts: str(sorted(facts.items())))
    return [
        {**sign, "label": label(key), "seen": say(key, sign["facts"]), "innocent": innocent(key)}
        for key, sign in sorted(best.items(), key=lambda pair: -pair[1]["weight"])
    ]


@action("settings:write")
def abuse_case_list(request: HttpRequest, abuse_case_id: UUID) -> HttpResponse:
    """Block or allow what a case is about."""
    found = get_object_or_404(queries.abuse_cases(), id=abuse_case_id)
    form = FromCaseForm(request.POST, auto_id="list_%s")
    if form.is_valid():
        with blamed_on(form, value="kind"):
            referring.list_from_case(abuse_case_id, **form.cleaned_data)
            return done(request, gettext("It is on the list."), "dashboard:abuse_lists")
    response = _show(request, found, VerdictForm(None))
    response.status_code = 422
    return response


# --- lists ---------------------------------------------------------------------------------------------------


@staff("referrals:read", post="settings:write")
def abuse_lists(request: HttpRequest) -> HttpResponse:
    form = ListingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, referrer_id="value"):
            referring.add_listing(**form.cleaned_data)
            return done(request, gettext("It is on the list."), "dashboard:abuse_lists")
    rows = seen(request.membership, queries.listings())
    return page(request, "dashboard/abuse/lists.html", {"rows": list(rows[:500])}, form=form)


@action("settings:write")
def abuse_list_remove(request: HttpRequest, listing_id: UUID) -> HttpResponse:
    get_object_or_404(AbuseListing.objects, id=listing_id)
    referring.remove_listing(listing_id)
    return done(request, gettext("It is off the list."), "dashboard:abuse_lists")


# --- how signs are weighed -----------------------------------------------------------------------------------


@staff("referrals:read", post="settings:write")
def abuse_settings(request: HttpRequest) -> HttpResponse:
    policy = queries.abuse_policy()
    form = PolicyForm(request.POST or None, policy=policy)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            referring.set_abuse_policy(**form.facts)
            return done(request, gettext("Saved. It counts from the next look on."), "dashboard:abuse_settings")
    judged = queries.precision()
    outcomes, advice = queries.tuning()
    signals = [
        {"key": key, "words": WORDS[key], "fields": form.of_signal(key), "judged": judged[key], "days": SIGNALS[key].days}
        for key in SIGNALS
    ]
    context = {"signals": signals, "policy": policy, "outcomes": outcomes, "advice": advice}
    return page(request, "dashboard/abuse/settings.html", context, form=form)


urls = [
    path("abuse/", abuse_cases, name="abuse_cases"),
    path("abuse/lists/", abuse_lists, name="abuse_lists"),
    path("abuse/lists/<uuid:listing_id>/remove/", abuse_list_remove, name="abuse_list_remove"),
    path("abuse/signals/", abuse_settings, name="abuse_settings"),
    path("abuse/<uuid:abuse_case_id>/", abuse_case, name="abuse_case"),
    path("abuse/<uuid:abuse_case_id>/list/", abuse_case_list, name="abuse_case_list"),
]
