"""CSV files for people: UTF-8 with a mark that Excel understands, and no cell that a spreadsheet would run."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils.translation import gettext

from crm.masking import shown_contact
from crm.models import ContactPoint, Customer

CHUNK = 500
_PHONE = re.compile(r"\+?[\d*]+")


class _Echo:
    def write(self, line: str) -> str:
        return line


def safe_cell(value) -> str:
    """Disarm what a spreadsheet would take for a formula; a phone number is none."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text and not _PHONE.fullmatch(text) else text


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    lines = (writer.writerow([safe_cell(cell) for cell in row]) for row in _with_header(header, rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _with_header(header, rows) -> Iterator[Sequence]:
    yield ["\ufeff" + header[0], *header[1:]]
    yield from rows


def customers_csv(customers, principal) -> StreamingHttpResponse:
    """Send customers, contacts as far as `principal` may see them."""
    header = [gettext("Name"), gettext("Kind"), gettext("Stage"), gettext("Phone"), gettext("E-mail"), gettext("WeChat"), gettext("Tags"),
              gettext("Owner"), gettext("Source"), gettext("Province"), gettext("City"), gettext("Added")]  # fmt: skip
    rows = (_customer_row(customer, principal) for customer in customers.order_by("-created_at", "-id").iterator(CHUNK))
    return csv_file("customers.csv", header, rows)


def _customer_row(customer: Customer, principal) -> list:
    contacts = {}
    for point in customer.contact_points.all():
        contacts.setdefault(point.kind, shown_contact(point, principal))
    kinds = ContactPoint.Kind
    return [
        customer.name, customer.kind, customer.stage, *(contacts.get(kind, "") for kind in (kinds.PHONE, kinds.EMAIL, kinds.WECHAT)),
        ", ".join(given.tag.name for given in customer.tags.all()), customer.owner.user.name if customer.owner else "",
        customer.source, customer.province, customer.city, customer.created_at.date().isoformat(),
    ]  # fmt: skip
