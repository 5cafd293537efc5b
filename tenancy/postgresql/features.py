"""What Django may take for granted about our tables."""

from django.db.backends.postgresql.features import DatabaseFeatures as PostgresFeatures

from tenancy.postgresql.schema import is_owned


class DatabaseFeatures(PostgresFeatures):
    def allows_group_by_selected_pks_on_model(self, model) -> bool:
        """Group by all columns of an owned table: its key is (organisation_id, id), so id alone decides nothing."""
        return not is_owned(model) and super().allows_group_by_selected_pks_on_model(model)
