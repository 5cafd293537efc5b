"""What a campaign writes to customers by itself: whom, the words in both languages, what came of it, who was left out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext

from crm.models import Customer
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, page
from dashboard.forms_reminders import ReminderForm, TextTestForm
from dashboard.forms_words import LETTER
from dashboard.paging import newest_by_id
from dashboard.sight import seen
from dashboard.views.promotion import by_house, inducing, said, test_sent
from messaging.rules import PLACE
from referrals import promotion_words, reminder_words
from referrals.models import Campaign, Reminder
from referrals.operations import promotions as telling
from referrals.operations.promotions.planning import group_code
from referrals.operations.promotions.wording import places_of
from referrals.operations.reminding import estimate_reminder, set_reminder, texts_of
from referrals.queries import campaigns as all_campaigns
from referrals.queries.asking import ask_rules
from referrals.queries.promotions import outcomes, target_of, weighed
from referrals.queries.reminding import people_of, reminder_of, reminders_of, with_occasion
from referrals.rules.promotions import LEFT_OUT_OF_REMINDERS
from referrals.rules.reminding import message_kind
from referrals.templates import LANGUAGES


@staff("campaigns:read")
def reminders(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The four of a campaign: what each does, whether it is on, what came of it."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    rows = reminders_of(found)
    came = outcomes(rows, of="reminder")
    context = {
        "campaign": found, "guard": reminder_words.guard_sentence(ask_rules()),
        "rows": [{"row": row, "sentence": reminder_words.sentence(row), "came": came[row.id], "said": _said(came[row.id])}
                 for row in rows],
    }  # fmt: skip
    return page(request, "dashboard/reminders.html", context)


@staff("campaigns:read", post="campaigns:write")
def reminder(request: HttpRequest, campaign_id: UUID, reminder_kind: str) -> HttpResponse:
    """One of them: settings, words, a look at it, figures, and who was looked at."""
    found, row = _found(campaign_id, reminder_kind)
    form = _form(request, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            set_reminder(campaign_id, reminder_kind, **form.changes)
            messages.success(request, gettext("Saved."))
            return redirect("dashboard:reminder", campaign_id, reminder_kind)
    came = outcomes([row], of="reminder")[row.id]
    context = {
        "campaign": found, "reminder": row, "sentence": reminder_words.sentence(row), "came": came, "said": _said(came),
        "guard": reminder_words.guard_sentence(ask_rules()), "places": places_of(message_kind(row.kind)),
        "may_change": may(request, "campaigns:write") and found.state != Campaign.State.ENDED,
        "held": reminder_words.why_words(came.held), "left_out": reminder_words.why_words(came.left_out),
        "prospects": _prospects(row), "people": _people(request, row), "ways": promotion_words.by_way(came),
        "has_texts": form.texting.gateway is not None, "test": TextTestForm(), **_letters(request, row, form.texts),
    }  # fmt: skip
    return page(request, "dashboard/reminder.html", context, form=form)


def _found(campaign_id: UUID, kind: str) -> tuple[Campaign, Reminder]:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    if kind not in Reminder.Kind.values:
        raise Campaign.DoesNotExist
    return found, reminder_of(found, kind)


def _form(request, row: Reminder, data=None) -> ReminderForm:
    return ReminderForm(data, reminder=row, language=request.organisation.language)


def _said(came) -> str:
    return promotion_words.sentence(came.told, came.opened, came.friends, came.buyers)


def _prospects(row: Reminder) -> dict:
    found = estimate_reminder(row, texts_of(row))
    return {
        "counted": found.audience, "left_out": reminder_words.why_words(found.audience.left_out),
        "cost": promotion_words.cost_words(found.cost),
    }  # fmt: skip


def _people(request, row: Reminder):
    """Whom it has looked at, newest first; of these only who this person sees."""
    if not may(request, "customers:read"):
        return None
    found = newest_by_id(request, seen(request.membership, people_of(row)), size=25)
    for each in found.rows:
        each.why = reminder_words.WHY_ONE.get(each.reason, each.reason)
    return found


# --- how it reads ------------------------------------------------------------------------------------------


def _example(request, row: Reminder) -> Customer | None:
    """Find a real customer whom this person sees to look at the words with: best one who would get them."""
    if not may(request, "customers:read"):
        return None
    open_to = seen(request.membership, target_of(row.campaign))
    rows = open_to.filter(id__in=with_occasion(row).values("id"))
    likely = weighed(row.campaign, rows, ways=row.ways, bars=LEFT_OUT_OF_REMINDERS)
    return likely.filter(why="").order_by("-id").first() or open_to.order_by("-id").first()


def _letters(request, row: Reminder, texts) -> dict:
    """Show the words in both languages, as a real customer would read them, and what WeChat objects to in them."""
    kind, customer = message_kind(row.kind), _example(request, row)
    said_in = [each[name] for each in texts.values() for name in LETTER]
    is_known = all(place in places_of(kind) for text in said_in for place in PLACE.findall(text))
    shown = (
        [telling.shown_to(row.campaign, customer, texts, language=each) for each in LANGUAGES]
        if customer and is_known
        else []
    )
    bubbles = telling.bubbles(row.campaign, texts, customer, kind=kind) if customer else []
    return {
        "letters": by_house(request, shown), "bubbles": by_house(request, bubbles), "inducing": inducing(texts),
    }  # fmt: skip


@action("campaigns:write")
def reminder_preview(request: HttpRequest, campaign_id: UUID, reminder_kind: str) -> HttpResponse:
    """The words as a real customer would get them, while they are being written."""
    _campaign, row = _found(campaign_id, reminder_kind)
    form = _form(request, row, request.POST)
    return render(request, "dashboard/parts/reminder_letters.html", _letters(request, row, form.texts))


@action("campaigns:write")
def reminder_test(request: HttpRequest, campaign_id: UUID, reminder_kind: str) -> HttpResponse:
    """Send it, as it is kept, to whoever looks at it."""
    found, row = _found(campaign_id, reminder_kind)
    customer = _example(request, row) or Customer(name=request.user.name)
    telling.send_promotion_test(
        found, texts_of(row), member_id=request.membership.id, code=group_code(found, None), customer=customer,
        kind=message_kind(row.kind),
    )  # fmt: skip
    text = gettext("A test in each language is on its way to %(email)s.") % {"email": request.user.email}
    return said(request, text) or redirect("dashboard:reminder", campaign_id, reminder_kind)


@action("campaigns:write")
def reminder_test_text(request: HttpRequest, campaign_id: UUID, reminder_kind: str) -> HttpResponse:
    """Send its text message, as it is kept, to a phone that somebody typed."""
    found, row = _found(campaign_id, reminder_kind)
    customer = _example(request, row) or Customer(name=request.user.name)
    sent = telling.send_promotion_text_test(
        found, texts_of(row), phone=request.POST.get("phone", ""), member_id=request.membership.id,
        code=group_code(found, None), customer=customer, kind=message_kind(row.kind),
    )  # fmt: skip
    return said(request, test_sent(sent)) or redirect("dashboard:reminder", campaign_id, reminder_kind)


_ALL = "campaigns/<uuid:campaign_id>/reminders/"
_ONE = f"{_ALL}<str:reminder_kind>/"
urls = [
    path(_ALL, reminders, name="reminders"),
    path(_ONE, reminder, name="reminder"),
    path(f"{_ONE}preview/", reminder_preview, name="reminder_preview"),
    path(f"{_ONE}test/", reminder_test, name="reminder_test"),
    path(f"{_ONE}test-text/", reminder_test_text, name="reminder_test_text"),
]
