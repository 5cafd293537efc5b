"""What a customer's page is made of: the facts beside the tabs, the forms on it, and the tab that is open."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from crm import masking
from crm.models import Consent, ContactPoint, Customer, HandOver, Interaction, Order
from crm.queries import kept_minor, open_tasks, present_consents
from crm.queries.duplicates import pairs_of
from crm.queries.leads import leads_of
from crm.queries.merging import merges
from crm.queries.pool import goes_back_on
from crm.queries.talk import along, employees_of, hand_overs_of
from crm.rules.talk import CHANGEABLE_FOR
from dashboard.access import may
from dashboard.asking import asking
from dashboard.completeness import completeness
from dashboard.custom_fields import custom_facts
from dashboard.customer_tabs import tab_links, tabs_for
from dashboard.forms import MomentField
from dashboard.people import MemberField, member_choices, members
from dashboard.sight import seen
from loyalty.queries import badges_of, standing
from referrals.models import Referral
from rewards.queries import balances, expiries
from tenancy import door
from tenancy.models import Membership

PURPOSES = [
    ("call", _("Call or write to them about a task")),
    ("order", _("A question about an order")),
    ("reward", _("A referral or reward")),
    ("service", _("A complaint or repair")),
    ("check", _("Check or correct the details")),
    ("other", pgettext_lazy("a purpose", "Something else")),
]
TWINS = 3
SNOOZES = [(1, _("until tomorrow")), (3, _("for three days")), (7, _("for a week")), (30, _("for a month"))]


class TalkForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Interaction.Kind.choices, widget=forms.RadioSelect, initial=Interaction.Kind.NOTE
    )
    text = forms.CharField(
        label=_("What was said or done"),
        max_length=5000,
        widget=forms.Textarea({"rows": 2, "placeholder": _("What was said or done; @ names a colleague")}),
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=1440)
    result = forms.ChoiceField(
        label=pgettext_lazy("of a call", "Result"), required=False, choices=[("", "–"), *Interaction.Result.choices]
    )
    occurred_at = MomentField(label=pgettext_lazy("of something done", "When, if not now"), required=False)
    is_pinned = forms.BooleanField(label=_("Keep on top"), required=False)
    is_team_only = forms.BooleanField(label=_("Only my team reads it"), required=False)

    def __init__(self, *args, has_team: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["data-mentions"] = "mention-names"
        if not has_team:
            del self.fields["is_team_only"]

    def clean_occurred_at(self):
        told = self.cleaned_data["occurred_at"]
        if told and told > door.moment():
            raise forms.ValidationError(_("This lies in the future. Make a task of it."))
        return told


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind.choices)
    value = forms.CharField(label=_("Contact"), max_length=254)


class CustomerTaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_at = MomentField(label=pgettext_lazy("deadline", "Due"))

    def __init__(self, *args, people: list[Membership] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"), people=people)


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("PDF, pictures, text, spreadsheets and documents up to 5 MB."))


class HandOverForm(forms.Form):
    note = forms.CharField(
        label=_("What they should know"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    checklist = forms.CharField(
        label=_("Checklist"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4}),
        help_text=_("A line each. Your colleague goes through them before taking over."),
    )  # fmt: skip
    with_tasks = forms.BooleanField(label=_("Open tasks move too"), required=False, initial=True)
    with_deals = forms.BooleanField(label=_("Open deals and leads move too"), required=False, initial=True)
    with_cases = forms.BooleanField(label=_("Open cases move too"), required=False, initial=True)

    def __init__(self, *args, owner_id: UUID | None, people: list[Membership] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        others = [choice for choice in member_choices(people) if choice[0] != str(owner_id)]
        field = forms.TypedChoiceField(label=_("Who takes over"), choices=[("", "–"), *others], coerce=UUID)
        self.fields = {"receiver": field, **self.fields}


class GiveBackForm(forms.Form):
    note = forms.CharField(
        label=_("What others should know"), required=False, max_length=300, widget=forms.Textarea({"rows": 3})
    )


def show(
    request: HttpRequest, found: Customer, *, tab: str, form: forms.Form | None = None, form_name: str = ""
) -> HttpResponse:
    """Show the page; a refused form comes back in its place with status 422."""
    tabs = tabs_for(request, found.id)
    if tab not in tabs:
        raise Http404
    request.people = members()  # read once for all that offers colleagues
    shown_forms = _forms(request, found)
    if form is not None:
        shown_forms[form_name] = form
    context = {
        "tabs": tab_links(tabs, found.id), "tab": tab, "tab_template": tabs[tab].template, "open_form": form_name,
        "consents": _consents(found.id), "asking": asking(request, found.id),
        **shown_forms, **facts(request, found), **tabs[tab].content(request, found),
    }  # fmt: skip
    return render(request, "dashboard/customer.html", context, status=422 if form is not None else 200)


def _forms(request, found) -> dict:
    return {
        "talk_form": TalkForm(has_team=bool(request.membership.team_id)),
        "contact_form": ContactForm(auto_id="contact_%s"),
        "task_form": CustomerTaskForm(auto_id="task_%s", initial=_next_task(request), people=request.people),
        "file_form": FileForm(auto_id="file_%s"),
        "hand_over_form": HandOverForm(auto_id="hand_%s", owner_id=found.owner_id, people=request.people),
        "give_back_form": GiveBackForm(auto_id="back_%s"),
        "purposes": PURPOSES,
        "snoozes": SNOOZES,
    }


def _next_task(request) -> dict:
    return {"due_at": door.moment() + timedelta(days=1), "assignee": str(request.membership.id)}


def facts(request, found: Customer) -> dict:
    """What stands beside the tabs, and in the drawer of a list."""
    me = request.membership
    shown: dict = {
        "customer": found, "sees": Sees(me), "contacts": contacts_of(found, me), "completeness": completeness(found, me),
        "can_change_until": door.moment() - CHANGEABLE_FOR,
        "hand_over": waiting_hand_over(found),
    }  # fmt: skip
    shown |= {
        "goes_back_on": goes_back_on(found), "custom_facts": custom_facts("customer", me, found.custom),
        "twins": _twins(me, found), "last_merge": _last_merge(found),
    }  # fmt: skip
    if may(request, "leads:read"):
        shown["enquiries"] = list(seen(me, leads_of(found.id))[:5])
    if found.kind == Customer.Kind.COMPANY:
        shown["employees"] = list(seen(me, employees_of(found.id))[:20])
    if may(request, "tasks:read"):
        shown["next_tasks"] = list(open_tasks().filter(customer_id=found.id)[:3])
    if may(request, "loyalty:read"):
        shown["standing"], shown["honours"] = standing(found.id), badges_of(found.id)
    if may(request, "rewards:read"):
        shown["balances"], shown["expiries"] = balances(found.id), expiries(found.id, "POINT", limit=6)
        shown["points"] = next((each.available for each in shown["balances"] if each.kind == "points"), None)
    if may(request, "orders:read"):
        shown |= _purchases(found.id)
    if may(request, "referrals:read"):
        shown |= _brought(found.id)
    return shown


def waiting_hand_over(found: Customer) -> HandOver | None:
    """The question that waits, with what would come along in words."""
    asked = hand_overs_of(found.id).filter(state=HandOver.State.WAITING).first()
    if asked:
        work = along(asked, found.owner_id)
        asked.brings = [_WORK[kind](len(rows)) % {"n": len(rows)} for kind, rows in work.items() if rows]
    return asked


_WORK = {
    "tasks": lambda n: ngettext("%(n)s open task", "%(n)s open tasks", n),
    "deals": lambda n: ngettext("%(n)s open deal", "%(n)s open deals", n),
    "leads": lambda n: ngettext("%(n)s open lead", "%(n)s open leads", n),
    "cases": lambda n: ngettext("%(n)s open case", "%(n)s open cases", n),
}


def _twins(me, found) -> list[tuple]:
    """Others who may be the same person, and whom this person sees."""
    others = {(pair.second_id if pair.first_id == found.id else pair.first_id): pair for pair in pairs_of(found.id)[:TWINS]}
    rows = seen(me, Customer.objects.filter(id__in=others)) if others else ()
    return [(others[row.id], row) for row in rows]


def _last_merge(found):
    """The newest merge that can still be undone."""
    rows = merges().filter(winner_id=found.id, undone_at=None, undo_until__gt=door.moment())
    return rows.order_by("-merged_at", "-id").first()


class Sees:
    """`sees.birth_date` in a template asks whether the reader's role is shown a column, contact or figure."""

    def __init__(self, reader):
        self._reader = reader

    def __getitem__(self, column: str) -> bool:
        return masking.shows(self._reader, column)


def contacts_of(found: Customer, reader) -> list[ContactPoint]:
    points = [point for point in found.contact_points.all() if masking.shows(reader, point.kind)]
    for point in points:
        point.can_be_revealed = point.kind != ContactPoint.Kind.EXTERNAL and masking.may_reveal(reader, point.kind)
    return points


def _consents(customer_id: UUID) -> list[tuple[str, str, Consent | None]]:
    """For each purpose, the newest answer over any channel."""
    newest: dict[str, Consent] = {}
    for (purpose, _channel), consent in present_consents(customer_id).items():
        if purpose not in newest or consent.occurred_at >= newest[purpose].occurred_at:
            newest[purpose] = consent
    return [(purpose, label, newest.get(purpose)) for purpose, label in Consent.Purpose.choices]


def _purchases(customer_id: UUID) -> dict:
    paid = Order.objects.filter(customer_id=customer_id, status=Order.Status.PAID).order_by("-placed_at")
    rows = list(paid[:1000])
    kept = kept_minor([row.id for row in rows])
    return {"order_count": len(kept), "kept": sum(kept.values()), "last_order": rows[0] if rows else None}


def _brought(customer_id: UUID) -> dict:
    """Who brought them, and how many they brought; one statement."""
    rows = Referral.objects.filter(referee_id=customer_id) | Referral.objects.filter(referrer_id=customer_id)
    found = list(rows.select_related("referrer", "campaign").order_by("-confirmed_at", "-id")[:500])
    made = [row for row in found if row.referrer_id == customer_id]
    return {
        "referral_received": next((row for row in found if row.referee_id == customer_id), None),
        "made_count": len(made), "succeeded_count": sum(row.stage == Referral.Stage.CONVERTED for row in made),
    }  # fmt: skip
