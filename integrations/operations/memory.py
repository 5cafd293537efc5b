"""How lists were read before: by their columns, and under names that people gave."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from integrations import mapping as mappings
from integrations.errors import TemplateUnknown
from integrations.models import ImportTemplate
from integrations.options import Options, stored
from integrations.vocabulary import Field
from tenancy import audit, door


def remember(kind: str, columns: Sequence[str], mapping: Mapping[str, str], options: Options) -> None:
    """Keep how this list was read, for the next one with the same columns."""
    told = {"mapping": dict(mapping), "options": stored(options), "used_at": door.moment()}
    ImportTemplate.objects.update_or_create(kind=kind, name="", columns_key=mappings.columns_key(columns), defaults=told)


def recall(kind: str, columns: Sequence[str], more: Sequence[Field] = ()) -> ImportTemplate | None:
    """Say how a list with these columns was read last time."""
    found = ImportTemplate.objects.filter(kind=kind, name="", columns_key=mappings.columns_key(columns)).first()
    if found:
        found.mapping = mappings.fitting(found.mapping, columns, kind, more)
    return found if found and found.mapping else None


def templates(kind: str) -> QuerySet[ImportTemplate]:
    """List what people keep under a name."""
    return ImportTemplate.objects.filter(kind=kind).exclude(name="").order_by("name")


def save_template(kind: str, name: str, mapping: Mapping[str, str], options: Options) -> ImportTemplate:
    """Keep columns and choices under a name; the same name again replaces it."""
    told = {"mapping": dict(mapping), "options": stored(options), "used_at": door.moment()}
    template, is_new = ImportTemplate.objects.update_or_create(kind=kind, name=name.strip()[:80], defaults=told)
    audit.record("import_template.saved" if is_new else "import_template.replaced", template, {"name": template.name})
    return template


def template(template_id: UUID) -> ImportTemplate:
    found = ImportTemplate.objects.filter(id=template_id).exclude(name="").first()
    if found is None:
        raise TemplateUnknown
    return found


def remove_template(template_id: UUID) -> None:
    found = template(template_id)
    audit.record("import_template.removed", found, {"name": found.name})
    ImportTemplate.objects.filter(id=found.id).delete()
