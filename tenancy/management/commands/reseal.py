from django.apps import apps
from django.core.management.base import BaseCommand

from tenancy import door
from tenancy.models import Organisation
from tenancy.owned import Owned
from tenancy.sealing import reseal_some, sealed_fields


class Command(BaseCommand):
    help = "Put all sealed personal data under the newest of DATA_KEYS. Safe to interrupt and to repeat."

    def handle(self, **options):
        models = [model for model in apps.get_models() if issubclass(model, Owned) and sealed_fields(model)]
        organisations = list(Organisation.objects.values_list("id", flat=True))
        for model in models:
            count = sum(_reseal(organisation_id, model) for organisation_id in organisations)
            self.stdout.write(f"{model._meta.label}: {count} rows put under the newest key")
        self.stdout.write("Everything is under the newest key; the older ones are needed for older backups only.")


def _reseal(organisation_id, model) -> int:
    count = 0
    while done := _one_chunk(organisation_id, model):
        count += done
    return count


def _one_chunk(organisation_id, model) -> int:
    with door.organisation(organisation_id):  # a transaction each: locks are short, and what is done stays done
        return reseal_some(model)
