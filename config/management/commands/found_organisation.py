from getpass import getpass

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from loyalty.operations import set_up_default_tiers, set_up_programme
from rewards.operations import ensure_units
from tenancy import door
from tenancy.models import Organisation
from tenancy.people import add_member, found_organisation


class Command(BaseCommand):
    help = "Open an organisation with its first owner, a points programme and three tiers. Asks for the owner's password."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="its place in public addresses: /o/<slug>/")
        parser.add_argument("name")
        parser.add_argument("--owner", required=True, help="e-mail of the first owner")
        parser.add_argument("--owner-name", default="Owner")
        parser.add_argument("--language", default="zh-hans", choices=[code for code, _ in settings.LANGUAGES])
        parser.add_argument("--country", default="CN", help="ISO 3166")
        parser.add_argument("--currency", default="CNY", help="ISO 4217")
        parser.add_argument("--time-zone", default="Asia/Shanghai")

    def handle(self, slug, name, **options):
        if Organisation.objects.filter(slug=slug).exists():
            raise CommandError(f"There is already an organisation {slug!r}.")
        password = getpass("Password of the owner: ")
        if len(password) < 10:
            raise CommandError("Use at least ten characters.")
        fields = {name: options[name] for name in ("language", "country", "currency", "time_zone")}
        organisation = found_organisation(slug=slug, name=name, **fields)
        with door.organisation(organisation.id):
            add_member(email=options["owner"], name=options["owner_name"], role="owner", password=password)
            ensure_units()
            set_up_programme()
            set_up_default_tiers(organisation.currency)
        self.stdout.write(
            f"{name} is open: {settings.PUBLIC_URL}/ for staff, {settings.PUBLIC_URL}/o/{slug}/member/ for its customers."
        )
