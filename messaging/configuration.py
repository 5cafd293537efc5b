"""What of messaging is configuration: the organisation's own wording."""

from django.utils.translation import gettext_lazy as _

from messaging.models import Template
from messaging.operations import forget_template, save_template
from tenancy.configuration import Entry, Section, entry_of


def _read() -> dict[str, Entry]:
    return {
        f"{row.kind}/{row.channel}/{row.language}": entry_of(row, ("subject", "body", "vendor_template"))
        for row in Template.objects.all()
    }


def _place(key: str) -> dict[str, str]:
    return dict(zip(("kind", "channel", "language"), key.split("/", 2), strict=True))


def _write(key: str, entry: Entry) -> None:
    save_template(**_place(key), **_read().get(key, {}) | entry)


TEMPLATES = Section("templates", _("Message templates"), _read, _write, remove=lambda key: forget_template(**_place(key)))
