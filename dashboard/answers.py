"""How a view answers: a page, the rows of a list, or "done" with a toast."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext

from foundation.errors import DomainError


def page(request: HttpRequest, template: str, context: dict | None = None, *, form: BaseForm | None = None) -> HttpResponse:
    """Show a page; with a refused form the status is 422, so that nothing of the request is kept."""
    refused = form is not None and form.is_bound and bool(form.errors)
    shown = {**({"form": form} if form is not None else {}), **(context or {})}
    return render(request, template, shown, status=422 if refused else 200)


def listing(request: HttpRequest, *, page: str, rows: str, **context) -> HttpResponse:
    """Show a list page, or for htmx (search, filters, more) only its rows."""
    is_part = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, rows if is_part else page, context)
    response["Vary"] = "HX-Request"  # or the back button shows rows without a page
    return response


def done(request: HttpRequest, message: str, to: str, *args) -> HttpResponse:
    """Say what was done on the page that follows."""
    messages.success(request, message)
    if request.htmx:
        answer = HttpResponse()
        answer["HX-Redirect"] = resolve_url(to, *args)
        return answer
    return redirect(to, *args)


def csv_file(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """Send lines (integrations.exports) as a file."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@contextmanager
def blamed_on(form: BaseForm, **names: str) -> Iterator[None]:
    """Run operations; put a refusal on the field it names (or on the form), and keep nothing of them.

    `names` translates where the form calls a field otherwise: phone="value".
    """
    try:
        with transaction.atomic():
            yield
    except DomainError as error:
        field = names.get(error.field or "", error.field)
        if (field or "").startswith("custom."):
            field = field.replace(".", "_", 1)  # as dashboard.custom_fields calls it
        form.add_error(field if field in form.fields else None, error.sentence(gettext))
