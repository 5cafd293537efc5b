"""Cases: the list by what has to be done, a new one, and how well they go."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext

from crm import operations as crm
from crm.models import Case, CaseCategory, Customer
from crm.queries import care_policy, case_views, categories, customers, search_ids
from crm.queries import cases as all_cases
from crm.rules.cases import NEW, OPEN, urgency
from dashboard import own_columns
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_cases import CareForm, CaseFilters, CategoryForm, NewCaseForm, present_policy
from dashboard.paging import newest_first
from dashboard.sight import seen
from tenancy import door

_TABS = ("open", "overdue", "queue", "new", "waiting", "solved", "closed")


@staff("cases:read")
def cases(request: HttpRequest) -> HttpResponse:
    view = request.GET.get("view", "")
    view = view if view in ("mine", *_TABS) else "open"
    filters = CaseFilters(request.GET, member=request.membership)
    shown = newest_first(request, filters.narrow(_view(request, view)), by="opened_at")
    for each in shown:
        dress(each)
    own = own_columns.listed_fields("case", request.membership)
    own_columns.fill(shown, own)
    return listing(
        request, page="dashboard/cases.html", rows="dashboard/parts/case_rows.html", filters=filters, view=view,
        cases=shown, own=own, columns=6 + len(own), tabs=_tabs(request), now=door.moment(),
    )  # fmt: skip


def dress(case: Case) -> Case:
    """Say by when something is due, and how urgent that is; nothing is due while it is not our turn."""
    is_answer = case.status == NEW and case.first_response_at is None
    case.due_at = case.response_due_at if is_answer else case.resolve_due_at
    case.is_answer_due = is_answer
    case.urgency = urgency(case.opened_at, case.due_at, door.moment()) if case.status in (NEW, OPEN) else ""
    return case


def seen_cases(request):
    """List the cases this person may see."""
    return seen(request.membership, all_cases())


def _view(request, view: str):
    parts = case_views(door.moment())
    if view == "mine":
        return seen_cases(request).filter(parts["open"], owner=request.membership)
    return seen_cases(request).filter(parts[view])


def _tabs(request) -> list[tuple]:
    here = reverse("dashboard:cases")
    labels = {
        "open": gettext("Unfinished"), "mine": gettext("Mine"), "overdue": gettext("Late"),
        "queue": gettext("Nobody's yet"), "new": pgettext("case", "New"), "waiting": pgettext("case", "Waiting"),
        "solved": gettext("Solved"), "closed": pgettext("case", "Closed"),
    }  # fmt: skip
    return [
        (key, label, _view(request, key).count() if key != "closed" else None, f"{here}?view={key}")
        for key, label in labels.items()
    ]


@staff("cases:write", post="cases:write")
def case_new(request: HttpRequest) -> HttpResponse:
    customer = _customer(request)
    if customer is None:
        return page(request, "dashboard/case_customer.html")
    initial = {"owner": str(request.membership.id), "order": request.GET.get("order", "")}
    form = NewCaseForm(request.POST or None, customer=customer, initial=initial, member=request.membership)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            facts = form.facts
            made = crm.open_case(customer_id=customer.id, owner_id=form.cleaned_data["owner"], **facts)
            said = gettext("Case %(number)s is open.") % {"number": made.code}
            return done(request, said, "dashboard:case", made.id)
    return page(request, "dashboard/case_form.html", {"customer": customer}, form=form)


def _customer(request) -> Customer | None:
    wanted = request.POST.get("customer") or request.GET.get("customer")
    try:
        return get_object_or_404(seen(request.membership, customers()), id=UUID(wanted)) if wanted else None
    except ValueError:
        raise Http404 from None


@staff("cases:write")
def case_customers(request: HttpRequest) -> HttpResponse:
    """Suggest customers while one types."""
    text = request.GET.get("find", "")
    known = {each.id: each for each in seen(request.membership, customers().filter(id__in=search_ids(text, 8)))}
    found = [known[id] for id in search_ids(text, 8) if id in known]
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


# --- the rules of care -----------------------------------------------------------------------------------------


@staff("settings:write", post="settings:write")
def care_settings(request: HttpRequest) -> HttpResponse:
    form = CareForm(request.POST or None, initial=present_policy(care_policy()))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            crm.set_care_policy(**form.facts)
            return done(request, gettext("Saved."), "dashboard:care_settings")
    return _settings(request, form)


def _settings(request, form, category_form: CategoryForm | None = None) -> HttpResponse:
    lists = [(kind, label, categories(kind, all=True)) for kind, label in CaseCategory.Kind.choices]
    context = {"lists": lists, "category_form": category_form or CategoryForm(), "is_form_open": category_form is not None}
    response = page(request, "dashboard/care_settings.html", context, form=form)
    response.status_code = 422 if category_form else response.status_code
    return response


@action("settings:write")
def category_new(request: HttpRequest) -> HttpResponse:
    form = CategoryForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            crm.create_category(**form.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:care_settings")
    return _settings(request, CareForm(initial=present_policy(care_policy())), form)


@action("settings:write")
def category_switch(request: HttpRequest, category_id: UUID) -> HttpResponse:
    """Offer a category, or offer it no more."""
    found = get_object_or_404(CaseCategory.objects, id=category_id)
    crm.change_category(category_id, is_active=not found.is_active)
    return done(request, gettext("Saved."), "dashboard:care_settings")


urls = [
    path("cases/", cases, name="cases"),
    path("cases/new/", case_new, name="case_new"),
    path("cases/customers/", case_customers, name="case_customers"),
    path("settings/care/", care_settings, name="care_settings"),
    path("settings/care/categories/", category_new, name="category_new"),
    path("settings/care/categories/<uuid:category_id>/", category_switch, name="category_switch"),
]
