"""The configuration as data: packs to start from, versions to go back to, a file to carry it elsewhere."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.models import CustomField
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.configuration_words import field_name, written
from dashboard.people import names_of
from dashboard.templatetags.dashboard import in_language
from foundation.numbers import whole_number
from integrations.models import ConfigurationVersion
from integrations.operations.configuration import (
    Trial,
    apply_bundle,
    go_back,
    keep_configuration,
    read_bundle,
    try_bundle,
)
from integrations.packs import bundle_of, pack, packs
from tenancy import audit, configuration
from tenancy.configuration import Change

LARGEST = 2 * 1024 * 1024
SHOWN_VERSIONS = 50


class BundleForm(forms.Form):
    """A configuration as a file, or as text on its way from the trial to the deed."""

    file = forms.FileField(
        label=_("Configuration file"), required=False, widget=forms.FileInput({"accept": ".json,application/json"})
    )
    bundle = forms.CharField(required=False, widget=forms.HiddenInput, max_length=LARGEST)
    is_whole = forms.BooleanField(
        label=_("Make everything as in the file, and take the rest out of use"), required=False,
        help_text=_("For a copy of another organisation. Otherwise the file adds and changes only."),
    )  # fmt: skip

    def clean(self):
        told = super().clean()
        file = told.get("file")
        if file and file.size > LARGEST:
            self.add_error("file", _("The file is larger than 2 MB."))
        elif file:
            told["bundle"] = file.read().decode("utf-8", "replace")
        if not told.get("bundle") and not self.errors:
            self.add_error("file", _("Choose a file."))
        return told


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


@staff("settings:write")
def configuration_page(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/configuration.html", _context(BundleForm()))


def _context(form: BundleForm) -> dict[str, Any]:
    versions = list(ConfigurationVersion.objects.defer("bundle").order_by("-number")[:SHOWN_VERSIONS])
    names = names_of(version.made_by for version in versions if version.made_by)
    present = configuration.present()
    counts = [(section.label, len(present[section.name])) for section in configuration.sections()]
    return {
        "packs": packs().values(), "counts": counts, "form": form, "note_form": NoteForm(),
        "versions": [(version, names.get(version.made_by, ""), _cause(version.cause)) for version in versions],
    }  # fmt: skip


def _cause(cause: str) -> str:
    what, _colon, which = cause.partition(":")
    words = {
        "kept": gettext("Kept by hand"), "before": gettext("Before a change"), "file": gettext("From a file"),
        "back": gettext("Back to version %(number)s") % {"number": which},
    }  # fmt: skip
    if what == "pack" and which in packs():
        return gettext("Pack: %(name)s") % {"name": in_language(pack(which).name)}
    return words.get(what, cause)


@action("settings:write")
def configuration_keep(request: HttpRequest) -> HttpResponse:
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    version = keep_configuration(note=note)
    return done(request, gettext("Kept as version %(number)s.") % {"number": version.number}, "dashboard:configuration")


@staff("settings:write")
def configuration_file(request: HttpRequest) -> HttpResponse:
    """Send the present configuration, or a kept version, as a file."""
    number = whole_number(request.GET.get("version", ""))
    if number is not None:
        bundle = get_object_or_404(ConfigurationVersion.objects, number=number).bundle
    else:
        bundle = configuration.present()
    audit.record("configuration.exported", request.organisation, {"mark": configuration.mark_of(bundle)})
    response = HttpResponse(configuration.text_of(bundle), content_type="application/json; charset=utf-8")
    name = f"{request.organisation.slug}-configuration{'' if number is None else f'-{number}'}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@staff("settings:write", post="settings:write")
def configuration_try(request: HttpRequest) -> HttpResponse:
    """Show what a file would change; nothing is changed yet."""
    if request.method != "POST":
        return render(request, "dashboard/configuration.html", _context(BundleForm()))
    form = BundleForm(request.POST, request.FILES)
    if form.is_valid():
        with blamed_on(form, bundle="file"):
            bundle = read_bundle(form.cleaned_data["bundle"])
            trial = try_bundle(bundle, is_whole=form.cleaned_data["is_whole"])
            return _show_trial(request, trial, gettext("From a file"), form=_carried(form))
    return page(request, "dashboard/configuration.html", _context(form) | {"is_file_open": True}, form=form)


def _carried(form: BundleForm) -> BundleForm:
    told = {name: form.cleaned_data[name] for name in ("bundle", "is_whole")}
    return BundleForm(initial=told)


@action("settings:write")
def configuration_apply(request: HttpRequest) -> HttpResponse:
    """Apply the file that was tried."""
    form = BundleForm(request.POST, request.FILES)
    if form.is_valid():
        with blamed_on(form, bundle="file"):
            bundle = read_bundle(form.cleaned_data["bundle"])
            return _done(request, apply_bundle(bundle, cause="file", is_whole=form.cleaned_data["is_whole"]))
    return page(request, "dashboard/configuration.html", _context(form) | {"is_file_open": True}, form=form)


@staff("settings:write", post="settings:write")
def configuration_pack(request: HttpRequest, pack_key: str) -> HttpResponse:
    """Show what a pack would bring; the button brings it."""
    found = pack(pack_key)
    if request.method == "POST":
        return _done(request, apply_bundle(bundle_of(found.key), cause=f"pack:{found.key}"))
    return _show_trial(request, try_bundle(bundle_of(found.key)), in_language(found.name), pack=found)


@staff("settings:write", post="settings:write")
def configuration_version(request: HttpRequest, number: int) -> HttpResponse:
    """Show how the configuration differs from a kept version; the button goes back to it."""
    version = get_object_or_404(ConfigurationVersion.objects, number=number)
    if request.method == "POST":
        return _done(request, go_back(number))
    title = gettext("Version %(number)s") % {"number": number}
    return _show_trial(request, try_bundle(version.bundle, is_whole=True), title, version=version)


def _done(request, changes: list[Change]) -> HttpResponse:
    words = ngettext("%(n)s entry has been changed.", "%(n)s entries have been changed.", len(changes))
    return done(request, words % {"n": len(changes)}, "dashboard:configuration")


def _show_trial(request, trial: Trial, title: str, **context) -> HttpResponse:
    labels = {section.name: section.label for section in configuration.sections()}
    why = {(change.section, change.key): reason for change, reason in trial.refused}
    rows = [
        {
            "change": change, "section": labels[change.section], "name": _name(change),
            "why": why.get((change.section, change.key), ""), "lines": list(_lines(change, request.organisation.currency)),
        }
        for change in trial.changes
    ]  # fmt: skip
    return render(request, "dashboard/configuration_trial.html", {"trial": trial, "rows": rows, "title": title, **context})


def _name(change: Change) -> str:
    """Name an entry as people know it, by its name or title, else by its key; an own field with what it belongs to."""
    entry = {**(change.before or {}), **(change.after or {})}
    told = next((entry[field] for field in ("name", "title", "label", "labels") if entry.get(field)), change.key)
    name = in_language(told) if isinstance(told, dict) else str(told)
    subject = change.key.partition(".")[0] if change.section == "custom_fields" and "." in change.key else ""
    return f"{_SUBJECTS[subject]} · {name}" if subject in _SUBJECTS else name


_SUBJECTS = dict(CustomField.Subject.choices)


def _lines(change: Change, currency: str) -> Iterator[tuple[str, str, str]]:
    """Give field, before and after of a change; of a whole entry only the fields that say something."""
    for field in change.fields:
        before, after = (change.before or {}).get(field), (change.after or {}).get(field)
        told, becomes = (written(change.section, field, value, currency) for value in (before, after))
        if told or becomes:
            yield field_name(field), told, becomes


urls = [
    path("settings/configuration/", configuration_page, name="configuration"),
    path("settings/configuration/keep/", configuration_keep, name="configuration_keep"),
    path("settings/configuration/file/", configuration_file, name="configuration_file"),
    path("settings/configuration/try/", configuration_try, name="configuration_try"),
    path("settings/configuration/apply/", configuration_apply, name="configuration_apply"),
    path("settings/configuration/packs/<slug:pack_key>/", configuration_pack, name="configuration_pack"),
    path("settings/configuration/versions/<int:number>/", configuration_version, name="configuration_version"),
]
