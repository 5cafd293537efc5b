from django.core.management.commands import migrate
from django.db import connections

from tenancy.postgresql.rendering import only_what_changes
from tenancy.postgresql.roles import make_roles


class Command(migrate.Command):
    """Migrate as the owner, after making the roles that migrations grant to."""

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        if not options.get("check_unapplied") and not options.get("plan"):
            make_roles(connections[options["database"]])
        with only_what_changes():
            return super().handle(*args, **options)
