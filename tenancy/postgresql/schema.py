"""Schema editor: every table with an `organisation` is born behind the wall."""

from django.db.backends.ddl_references import Columns
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from tenancy.postgresql.roles import SERVING

# A table says in its comment who may write it; the comment travels into migrations as Meta.db_table_comment.
APPEND_ONLY = "Append only: rows are added, never changed or removed."
LEDGER_ONLY = "Written by the ledger's functions alone."
LEDGER_JOURNAL = "Append only, written by the ledger's functions alone."

_PRIVILEGES = {APPEND_ONLY: "SELECT, INSERT", LEDGER_ONLY: "SELECT", LEDGER_JOURNAL: "SELECT"}
_READ_ONLY_TABLES = {"django_migrations"}


def is_owned(model) -> bool:
    return any(field.column == "organisation_id" for field in model._meta.local_fields)


class WallBuilder(DatabaseSchemaEditor):
    """Make keys, foreign keys and indexes begin with the organisation, and add the row policy.

    Why composite keys: a plain foreign key ignores row-level security and would
    accept another organisation's row.
    """

    # Forces foreign keys of added columns through _create_fk_sql, which makes them composite.
    sql_create_column_inline_fk = None

    sql_policy = (
        "CREATE POLICY own_rows ON %(table)s"
        " USING (organisation_id = current_setting('app.organisation_id')::uuid)"
        " WITH CHECK (organisation_id = current_setting('app.organisation_id')::uuid)"
    )
    sql_append_only = (
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )

    def _iter_column_sql(self, column_db_type, params, model, field, field_db_params, include_default):
        for part in super()._iter_column_sql(column_db_type, params, model, field, field_db_params, include_default):
            if not (part == "PRIMARY KEY" and is_owned(model)):
                yield part

    def table_sql(self, model):
        sql, params = super().table_sql(model)
        if is_owned(model):
            column = self.quote_name(model._meta.pk.column)
            sql = f"{sql.removesuffix(')')}, PRIMARY KEY (organisation_id, {column}))"
        return sql, params

    def create_model(self, model):
        super().create_model(model)
        table = self.quote_name(model._meta.db_table)
        if is_owned(model):
            self.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            self.execute(self.sql_policy % {"table": table})
            self.execute(f"ALTER TABLE {table} ALTER COLUMN organisation_id SET STATISTICS 0")
        self.execute(f"GRANT {self._privileges(model)} ON {table} TO {SERVING}")
        if model._meta.db_table_comment in (APPEND_ONLY, LEDGER_JOURNAL):
            self.execute(self.sql_append_only % {"table": table})
        self._grant_sequences(model)

    def _privileges(self, model) -> str:
        if model._meta.db_table in _READ_ONLY_TABLES:
            return "SELECT"
        return _PRIVILEGES.get(model._meta.db_table_comment, "SELECT, INSERT, UPDATE, DELETE")

    def _grant_sequences(self, model) -> None:
        for field in model._meta.local_fields:
            if field.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField"):
                name = f"{model._meta.db_table}_{field.column}_seq"
                self.execute(f"GRANT USAGE ON SEQUENCE {self.quote_name(name)} TO {SERVING}")

    def _create_fk_sql(self, model, field, suffix):
        statement = super()._create_fk_sql(model, field, suffix)
        target = field.target_field
        if is_owned(model) and is_owned(target.model):
            statement.parts["column"] = self._with_organisation(model, field.column)
            statement.parts["to_column"] = self._with_organisation(target.model, target.column)
        return statement

    def _with_organisation(self, model, column):
        return Columns(model._meta.db_table, ["organisation_id", column], self.quote_name)

    def _create_index_sql(self, model, *, fields=None, **kwargs):
        if fields and is_owned(model) and fields[0].column != "organisation_id":
            fields = [model._meta.get_field("organisation"), *fields]
            for name in ("opclasses", "col_suffixes"):
                if kwargs.get(name):
                    kwargs[name] = ("", *kwargs[name])
        return super()._create_index_sql(model, fields=fields, **kwargs)
