"""System checks: models that would stand outside the wall, and roles that walk through it."""

from django.apps import apps
from django.core import checks
from django.db import connection, models

from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY, LEDGER_JOURNAL
from tenancy.sealing import sealed_fields


@checks.register(checks.Tags.models)
def owned_models_are_whole(app_configs, **kwargs):
    """Refuse unique=True and implicit many-to-many tables: both would forget the organisation."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        found += _auto_created(model)
        if issubclass(model, Owned):
            found += _unique_without_organisation(model)
            found += _sealed_for_ever(model)
    return found


def _auto_created(model):
    through_of = model._meta.auto_created
    if through_of and issubclass(through_of, Owned):
        return [checks.Error(f"{model.__name__} has no organisation; write the through model out.", id="tenancy.E001")]
    return []


def _sealed_for_ever(model):
    if sealed_fields(model) and model._meta.db_table_comment in (APPEND_ONLY, LEDGER_JOURNAL):
        yield checks.Error(
            f"{model.__name__} is append-only: its sealed values could never be erased, nor put under a new key.",
            id="tenancy.E004",
        )


def _unique_without_organisation(model):
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            yield checks.Error(f"{model.__name__}.{field.name} is unique over all organisations.", id="tenancy.E002")
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and constraint.fields[0] != "organisation":
            yield checks.Error(f"{constraint.name} must begin with organisation.", id="tenancy.E003")


def refuse_a_role_that_walks_through_walls() -> None:
    """Stop the start of a web server or worker whose role row-level security does not bind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls,"
            " EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, is_above_policies, owns_tables = cursor.fetchone()
    connection.close()
    if is_above_policies or owns_tables:
        raise SystemExit(
            f"Refusing to serve as database role {role!r}: it is not bound by row-level security. "
            "Set SERVING_DATABASE_URL to a member of yinjian_serving, or leave it out."
        )
