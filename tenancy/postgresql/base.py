"""The database backend; `ENGINE = "tenancy.postgresql"`."""

from django.db.backends.postgresql import base

from tenancy.postgresql.features import DatabaseFeatures
from tenancy.postgresql.schema import WallBuilder


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = WallBuilder
    features_class = DatabaseFeatures
