"""Who works here: people, teams, stores; what each role may do and see."""

from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.queries.talk import held_by
from dashboard.access import action, staff
from dashboard.answers import blamed_on, csv_file, done, page
from dashboard.people import member_choices, members
from dashboard.powers import FieldsForm, LimitsForm, SightForm, field_table, powers, sight_table, table_lines
from tenancy import audit
from tenancy.models import Membership, Store, Team, User
from tenancy.operations import change_access
from tenancy.people import StillLooksAfter, add_member, change_role, place_member, remove_team, save_store, save_team
from tenancy.rules import ROLES


class NewMemberForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), help_text=_("They sign in with it."))
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.SALES)
    password = forms.CharField(
        label=_("First password"), required=False, widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Not needed for somebody who has an account already."),
    )  # fmt: skip

    def clean(self):
        told = super().clean()
        is_known = User.objects.filter(email=told.get("email", "").strip().lower()).exists()
        password = told.get("password", "")
        if not is_known and not password:
            self.add_error("password", _("A new person needs a first password."))
        elif password and not is_known:
            try:
                validate_password(password)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return told


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    is_active = forms.BooleanField(label=_("Works here"), required=False)


class PlaceForm(forms.Form):
    """Everything about one colleague."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    sight = forms.ChoiceField(
        label=_("Sees"), required=False, choices=[("", _("As set for the role")), *Membership.Sight.choices],
        help_text=_("Owners see all customers. Customers of nobody are seen by everybody."),
    )  # fmt: skip
    team = forms.ChoiceField(label=_("Team"), required=False)
    store = forms.ChoiceField(label=_("Store"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [("", "–"), *((str(each.id), each.name) for each in Team.objects.order_by("name"))]
        stores = Store.objects.order_by("name")
        self.fields["store"].choices = [("", "–"), *((str(each.id), each.name) for each in stores)]

    @property
    def place(self) -> dict:
        told = self.cleaned_data
        return {"sight": told["sight"], "team_id": _id(told["team"]), "store_id": _id(told["store"])}


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


@staff("people:write", post="people:write")
def people(request: HttpRequest) -> HttpResponse:
    form = NewMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            add_member(email=told["email"], name=told["name"], role=told["role"], password=told["password"] or None)
            return done(request, gettext("%(name)s works here now.") % {"name": told["name"]}, "dashboard:people")
    found = list(Membership.objects.select_related("user", "team", "store").order_by("-is_active", "user__name"))
    for member in found:
        member.organisation = request.organisation
        member.sight_label = Membership.Sight(member.present_sight).label
    context = {"members": found, "roles": Membership.Role.choices, "is_form_open": form.is_bound}
    return page(request, "dashboard/people.html", context, form=form)


@staff("people:write", post="people:write")
def person(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Place somebody: role, team, store, sight; and see what would have to be handed over if they left."""
    member = get_object_or_404(Membership.objects.select_related("user"), id=member_id)
    if request.method == "POST" and "sight" not in request.POST:
        return _role(request, member_id)
    present = {"role": member.role, "sight": member.sight, "team": member.team_id or "", "store": member.store_id or ""}
    form = PlaceForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            change_role(member_id, role=form.cleaned_data["role"], is_active=member.is_active)
            place_member(member_id, **form.place)
            return done(request, gettext("Saved."), "dashboard:people")
    heirs = [choice for choice in member_choices() if choice[0] != str(member_id)]
    context = {"member": member, "held": held_by(member_id), "heirs": heirs}
    return page(request, "dashboard/person.html", context, form=form)


def _role(request, member_id: UUID) -> HttpResponse:
    """Change a role in the list, or give access back."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    change_role(member_id, **form.cleaned_data)
    return done(request, gettext("Saved."), "dashboard:people")


class LeaveForm(forms.Form):
    heir = forms.TypedChoiceField(coerce=UUID, required=False, empty_value=None)
    leaves = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["heir"].choices = [("", ""), *member_choices()]


@action("people:write")
def person_leave(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Hand everything of a colleague to another, and take their access away if they leave."""
    member, form = get_object_or_404(Membership.objects, id=member_id), LeaveForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    moved = 0
    if heir := form.cleaned_data["heir"]:
        moved = sum(crm.hand_over_all(member_id, heir).values())
    elif form.cleaned_data["leaves"] and (count := sum(held_by(member_id).values())):
        raise StillLooksAfter(count=count)
    if form.cleaned_data["leaves"]:
        change_role(member_id, role=member.role, is_active=False)
    said = ngettext("%(n)s record was handed over.", "%(n)s records were handed over.", moved)
    return done(request, said % {"n": moved} if moved else gettext("Saved."), "dashboard:people")


# --- teams and stores ---------------------------------------------------------------------------------------


class TeamForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a team", "Name"), max_length=80)
    lead = forms.TypedChoiceField(
        label=pgettext_lazy("of a team", "Lead"), required=False, coerce=UUID, empty_value=None,
        help_text=_("Sees the team's customers, and may belong to another team."),
    )  # fmt: skip
    people = forms.TypedMultipleChoiceField(
        label=_("Who belongs to it"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = [("", _("Nobody")), *member_choices()]
        self.fields["people"].choices = member_choices()


@staff("people:write", post="people:write")
def teams(request: HttpRequest) -> HttpResponse:
    return _team_page(request, None, {})


@staff("people:write", post="people:write")
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    found = get_object_or_404(Team.objects, id=team_id)
    belonging = Membership.objects.filter(team=found).values_list("id", flat=True)
    present = {"name": found.name, "lead": found.lead_id, "people": [str(each) for each in belonging]}
    return _team_page(request, found, present)


def _team_page(request, found: Team | None, present: dict) -> HttpResponse:
    form = TeamForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            save_team(found.id if found else None, name=told["name"], lead_id=told["lead"], member_ids=told["people"])
            return done(request, gettext("Saved."), "dashboard:teams")
    rows, everybody = list(Team.objects.select_related("lead__user").order_by("name")), members()
    for row in rows:
        row.people = [each.user.name for each in everybody if each.team_id == row.id]
    return page(request, "dashboard/teams.html", {"teams": rows, "chosen": found}, form=form)


@action("people:write")
def team_remove(request: HttpRequest, team_id: UUID) -> HttpResponse:
    get_object_or_404(Team.objects, id=team_id)
    remove_team(team_id)
    return done(request, gettext("The team is closed. Its people stay."), "dashboard:teams")


class StoreForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a store", "Name"), max_length=80)
    city = forms.CharField(label=_("City"), required=False, max_length=60)
    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    is_open = forms.BooleanField(label=pgettext_lazy("a store", "Open"), required=False, initial=True)


@staff("people:write", post="people:write")
def stores(request: HttpRequest) -> HttpResponse:
    return _store_page(request, None, None)


@staff("people:write", post="people:write")
def store(request: HttpRequest, store_id: UUID) -> HttpResponse:
    found = get_object_or_404(Store.objects, id=store_id)
    return _store_page(request, found, {name: getattr(found, name) for name in StoreForm.base_fields})


def _store_page(request, found: Store | None, present: dict | None) -> HttpResponse:
    form = StoreForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            save_store(found.id if found else None, **form.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:stores")
    rows, everybody = list(Store.objects.order_by("-is_open", "name")), members()
    for row in rows:
        row.people = [each.user.name for each in everybody if each.store_id == row.id]
    return page(request, "dashboard/stores.html", {"stores": rows, "chosen": found}, form=form)


# --- who may do what ----------------------------------------------------------------------------------------

_FORMS = {"sight": SightForm, "fields": FieldsForm, "limits": LimitsForm}


@staff("people:write", post="people:write")
def roles(request: HttpRequest) -> HttpResponse:
    """Show what each role may do, see and change, from the tables that enforce it; and change what may be changed."""
    access, part = request.organisation.access, request.POST.get("part", "")
    shown = {name: form(access=access) for name, form in _FORMS.items()}
    if request.method == "POST" and part in _FORMS:
        form = shown[part] = _FORMS[part](request.POST, access=access)
        if form.is_valid():
            for section, value in form.sections.items():
                change_access(section, value)
            return done(request, gettext("Saved. It holds from the next page on."), "dashboard:roles")
    context = {
        "roles": Membership.Role.choices, "powers": powers(), "sight": sight_table(access), "fields": field_table(access),
        **{f"{name}_form": form for name, form in shown.items()},
    }  # fmt: skip
    refused = shown.get(part) if part in _FORMS else None
    return page(request, "dashboard/roles.html", context, form=refused)


@staff("people:write")
def roles_export(request: HttpRequest) -> HttpResponse:
    audit.record("access.exported", request.organisation, {"roles": len(ROLES)})
    return csv_file("roles", table_lines(request.organisation.access))


urls = [
    path("people/", people, name="people"),
    path("people/<uuid:member_id>/", person, name="person"),
    path("people/<uuid:member_id>/leave/", person_leave, name="person_leave"),
    path("teams/", teams, name="teams"),
    path("teams/<uuid:team_id>/", team, name="team"),
    path("teams/<uuid:team_id>/remove/", team_remove, name="team_remove"),
    path("stores/", stores, name="stores"),
    path("stores/<uuid:store_id>/", store, name="store"),
    path("roles/", roles, name="roles"),
    path("roles/export/", roles_export, name="roles_export"),
]
