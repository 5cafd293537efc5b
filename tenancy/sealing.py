"""Fields whose values are encrypted at rest, each for its organisation and column alone.

A value copied to another organisation's row or to another column cannot be opened
there. It can be read and erased, never searched or sorted by. Erase with None.
"""

import functools
import json

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import connection, models

from foundation.sealing import CannotOpen, KeyRing
from tenancy import door


def ring() -> KeyRing:
    """Give the installation's keys."""
    return _ring(settings.DATA_KEYS)


@functools.cache
def _ring(keys: tuple[bytes, ...]) -> KeyRing:
    return KeyRing(keys)


class SealedField(models.BinaryField):
    """What sealed fields share; migrations see a plain BinaryField."""

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise FieldError(f"{self.model.__name__}.{self.name} is sealed: it cannot be searched by value")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name):
        raise FieldError(f"{self.model.__name__}.{self.name} is sealed: nothing inside it can be searched")

    def get_prep_value(self, value):
        return None if value is None else ring().seal(self.write(value).encode(), place=self._place())

    def from_db_value(self, value, expression, connection):
        return None if value is None else self.read(ring().open(bytes(value), place=self._place()).decode())

    def to_python(self, value):
        return value

    def get_default(self):
        return models.Field.get_default(self)

    def write(self, value) -> str:
        raise NotImplementedError

    def read(self, text: str):
        raise NotImplementedError

    def _place(self) -> bytes:
        return f"{door.organisation_id()}/{self.model._meta.db_table}.{self.column}".encode()


class SealedTextField(SealedField):
    """Text, encrypted at rest."""

    def write(self, value: str) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self.name} takes text, not {type(value).__name__}")
        return value

    def read(self, text: str) -> str:
        return text


class SealedJSONField(SealedField):
    """A dictionary or list, encrypted at rest."""

    def write(self, value) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def read(self, text: str):
        return json.loads(text)


def sealed_fields(model) -> list[SealedField]:
    return [field for field in model._meta.local_fields if isinstance(field, SealedField)]


def reseal_some(model, *, limit: int = 500) -> int:
    """Put rows of this organisation under the newest key; tell how many there were.

    Nothing is met twice, so a run that was cut off goes on where it stopped.
    """
    fields = sealed_fields(model)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    is_old = " OR ".join(f"substr({quote(field.column)}, 1, 5) <> %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {columns} FROM {quote(model._meta.db_table)}"
            f" WHERE organisation_id = %s AND ({is_old}) ORDER BY id LIMIT %s FOR UPDATE",
            [door.organisation_id(), *[ring().newest_prefix] * len(fields), limit],
        )
        rows = cursor.fetchall()
    for row_id, *values in rows:
        try:
            opened = {f.name: f.from_db_value(value, None, connection) for f, value in zip(fields, values, strict=True)}
        except CannotOpen as error:
            raise CannotOpen(f"{model._meta.db_table} {row_id}: {error}") from error
        model.objects.filter(id=row_id).update(**opened)
    return len(rows)
