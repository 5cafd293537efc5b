"""Fields that every owned table has. Migrations see plain Django fields without our defaults."""

from django.db import models

from foundation.ids import new_id
from tenancy import door


class IdField(models.UUIDField):
    """A UUIDv7 made in Python."""

    def __init__(self, **kwargs):
        kwargs.update(primary_key=True, default=new_id, editable=False)
        super().__init__(**kwargs)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.UUIDField", args, kwargs


class OrganisationKey(models.ForeignKey):
    """The owner of a row; filled from the door, never typed by anybody."""

    def __init__(self, to="tenancy.Organisation", **kwargs):
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs.update(db_index=False, editable=False)
        super().__init__(to, **kwargs)

    def get_default(self):
        return door.organisation_id()

    def has_default(self):
        return True

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs
