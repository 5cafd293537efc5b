from django.core.management.base import BaseCommand, CommandError

from rewards.queries import verify_books
from tenancy import door
from tenancy.models import Organisation


class Command(BaseCommand):
    help = "Prove the books of every organisation, or of those that are named; name the first wrong row of each broken rule."

    def add_arguments(self, parser):
        parser.add_argument("organisations", nargs="*", metavar="organisation", help="Its address, such as acme")

    def handle(self, organisations: list[str], **options):
        chosen = Organisation.objects.order_by("slug")
        if organisations:
            chosen = chosen.filter(slug__in=organisations)
            if unknown := {*organisations} - {each.slug for each in chosen}:
                raise CommandError(f"No organisation has the address {', '.join(sorted(unknown))}.")
        broken = [organisation.slug for organisation in chosen if not self._prove(organisation)]
        if broken:
            raise CommandError(f"Not whole: {', '.join(broken)}")

    def _prove(self, organisation: Organisation) -> bool:
        with door.organisation(organisation.id):
            report = verify_books()
        seen = ", ".join(f"{count} {name}" for name, count in report.checked.items())
        self.stdout.write(f"{organisation.slug}: {'whole' if report.is_whole else 'BROKEN'} ({seen})")
        for row in report.wrong:
            self.stderr.write(f"  {row.rule}: {row.row_id} has {row.found}, expected {row.expected}")
        return report.is_whole
