"""Cases: the list by what has to be done, a new one, and how well they go."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import CaseCategory, Customer
from crm.queries import care_policy, categories, customers, search_ids
from crm.queries import cases as all_cases
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_cases import CareForm, CategoryForm, NewCaseForm, present_policy
from dashboard.lists.cases import CASES
from dashboard.lists.showing import show
from dashboard.sight import seen


@staff("cases:read")
def cases(request: HttpRequest) -> HttpResponse:
    return show(CASES, request)


def seen_cases(request):
    """List the cases this person may see."""
    return seen(request.membership, all_cases())


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
