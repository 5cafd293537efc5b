"""Ask now: cards for the front line, the words to say, what worked."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import get_language, gettext

from crm.models import Customer
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_asking import REFUSALS, AnswerForm, AskRulesForm, KeyForm, ScriptForm, present
from dashboard.paging import newest_first
from dashboard.sight import seen
from dashboard.templatetags.dashboard import in_language, number, percent
from referrals.models import Ask, Script
from referrals.operations.asking import answer_ask, ask_now, code_of_ask, save_script, say_bar, set_ask_rules
from referrals.queries import addresses
from referrals.queries.asking import ask_rules, bars_of_cards, cards, held_cards, results_of
from referrals.queries.asking import asks as all_asks
from referrals.queries.asking import scripts as all_scripts


@staff("referrals:read")
def asks(request: HttpRequest) -> HttpResponse:
    """List whom to ask now: mine, everybody's; and what was answered."""
    waiting = seen(request.membership, cards())
    mine = waiting.filter(owner=request.membership.id)
    mine_count, all_count = mine.count(), waiting.count()
    held = seen(request.membership, held_cards())
    held_count = held.count()
    view = request.GET.get("view", "all" if all_count and not mine_count else "mine")
    answered = seen(request.membership, all_asks().exclude(state=Ask.State.OPEN))
    found = newest_first(request, answered, by="answered_at", size=25) if view == "answered" else None
    context = {
        "view": view, "answered": found, "rows": [] if found else list((waiting if view == "all" else mine)[:100]),
        "held": _held(held) if view == "held" else None, "held_count": held_count,
        "tabs": [
            ("mine", gettext("For me"), mine_count, "?view=mine"),
            ("all", gettext("For everybody"), all_count, "?view=all"),
            *([("held", gettext("To wait"), held_count, "?view=held")] if held_count or view == "held" else []),
            ("answered", gettext("Answered"), None, "?view=answered"),
        ],
        "refusals": REFUSALS, "rules": ask_rules(),
    }  # fmt: skip
    return page(request, "dashboard/asking/asks.html", context)


def _held(cards) -> list[dict]:
    """Say of cards that wait why: since they came, something has begun to stand against asking."""
    rows = list(cards[:100])
    against = bars_of_cards(rows, ask_rules())
    return [{"card": row, "why": say_bar(against[row.id]) if row.id in against else ""} for row in rows]


@staff("referrals:read", post="referrals:write")
def ask(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """Show the words to say, and take the answer; after a yes, the code to pass on."""
    found = get_object_or_404(seen(request.membership, all_asks()), id=ask_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            answer_ask(ask_id, **form.cleaned_data)
            return done(request, gettext("Noted."), "dashboard:ask", ask_id)
    script, has_agreed = found.script, found.state == Ask.State.ACCEPTED
    against = bars_of_cards([found], ask_rules()).get(found.id) if found.state == Ask.State.OPEN else None
    context = {
        "ask": found, "why_wait": say_bar(against) if against else "", "script": script,
        "words": _words(script.text, found, request) if script else "",
        "do": in_language(script.do) if script else "", "avoid": in_language(script.avoid) if script else "",
        "passing_on": _passing_on(found, request.organisation.slug) if has_agreed else None, "refusals": REFUSALS,
    }  # fmt: skip
    return page(request, "dashboard/asking/ask.html", context, form=form)


def _words(texts: dict[str, str], ask: Ask, request) -> str:
    """Fill the script in, in the customer's language if it has words for it, else the reader's."""
    text = texts.get(ask.customer.language) or texts.get(get_language()) or in_language(texts)
    return text.replace("{customer}", ask.customer.name).replace("{organisation}", request.organisation.name)


def _passing_on(ask: Ask, slug: str) -> dict[str, str]:
    code = code_of_ask(ask).code
    return {"code": code, "link": addresses(code)["link"], "qr": reverse("portal:qr", args=[slug, code])}


@action("referrals:write")
def customer_ask(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Open a card of one's own accord; the guard may say no."""
    get_object_or_404(Customer.objects, id=customer_id)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    made = ask_now(customer_id, key=f"own:{form.cleaned_data['key']}")
    return done(request, gettext("Here is what to say."), "dashboard:ask", made.id)


# --- scripts ---------------------------------------------------------------------------------------------


@staff("referrals:read")
def scripts(request: HttpRequest) -> HttpResponse:
    rows = list(all_scripts())
    results = results_of([row.id for row in rows])
    shown = [{"script": row, "result": results[row.id], "words": in_language(row.text)} for row in rows]
    return page(request, "dashboard/asking/scripts.html", {"rows": shown, "tiles": _tiles(results.values())})


def _tiles(results) -> list[dict]:
    asked, accepted = sum(one.asked for one in results), sum(one.accepted for one in results)
    friends = sum(one.friends for one in results)
    return [
        {"label": gettext("Asked"), "value": number(asked)},
        {"label": gettext("Said yes"), "value": percent(accepted / asked) if asked else "–"},
        {"label": gettext("Friends who came"), "value": number(friends), "note": gettext("within 60 days of a yes")},
        {"label": gettext("Friends of 100 asked"), "value": number(round(friends / asked * 100, 1)) if asked else "–"},
    ]


@staff("campaigns:write", post="campaigns:write")
def script_new(request: HttpRequest) -> HttpResponse:
    return _script_form(request, None)


@staff("campaigns:write", post="campaigns:write")
def script_edit(request: HttpRequest, script_id: UUID) -> HttpResponse:
    return _script_form(request, get_object_or_404(Script.objects, id=script_id))


def _script_form(request, found: Script | None) -> HttpResponse:
    form = ScriptForm(request.POST or None, initial=present(found) if found else None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, text="text_en"):
            save_script(found.id if found else None, **form.facts)
            return done(request, gettext("Saved."), "dashboard:scripts")
    return page(request, "dashboard/asking/script_form.html", {"script": found}, form=form)


@staff("campaigns:write", post="campaigns:write")
def ask_rules_edit(request: HttpRequest) -> HttpResponse:
    form = AskRulesForm(request.POST or None, instance=ask_rules())
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            set_ask_rules(**form.cleaned_data)
            return done(request, gettext("Saved."), reverse("dashboard:asks"))
    return page(request, "dashboard/asking/rules.html", form=form)


urls = [
    path("asks/", asks, name="asks"),
    path("asks/rules/", ask_rules_edit, name="ask_rules"),
    path("asks/<uuid:ask_id>/", ask, name="ask"),
    path("customers/<uuid:customer_id>/ask/", customer_ask, name="customer_ask"),
    path("scripts/", scripts, name="scripts"),
    path("scripts/new/", script_new, name="script_new"),
    path("scripts/<uuid:script_id>/", script_edit, name="script_edit"),
]
