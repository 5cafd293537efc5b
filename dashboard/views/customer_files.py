"""Papers of a customer: uploaded, opened, thrown away."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm import operations as crm
from crm.api.record import file_answer
from crm.models import CustomerFile
from crm.queries import customers
from crm.rules.talk import LARGEST_FILE
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done
from dashboard.customer_page import FileForm, show


@action("customers:write")
def customer_file_add(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = FileForm(request.POST, request.FILES, auto_id="file_%s")
    if form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data["file"]
            crm.add_file(customer_id, name=told.name, content=told.read(LARGEST_FILE + 1))
            return done(request, gettext("File added."), "dashboard:customer", customer_id)
    return show(request, found, tab="files", form=form, form_name="file_form")


@staff("customers:read")
def customer_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Give a file out, as the API does."""
    return file_answer(get_object_or_404(CustomerFile.objects, id=file_id, removed_at=None))


@action("customers:write")
def customer_file_remove(request: HttpRequest, file_id: UUID) -> HttpResponse:
    file = crm.remove_file(file_id)
    return done(request, gettext("File removed."), "dashboard:customer", file.customer_id)


urls = [
    path("customers/<uuid:customer_id>/files/", customer_file_add, name="customer_file_add"),
    path("files/<uuid:file_id>/", customer_file, name="customer_file"),
    path("files/<uuid:file_id>/remove/", customer_file_remove, name="customer_file_remove"),
]
