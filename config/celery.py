"""The Celery application and its beat."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("yinjian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="reminders")


@worker_init.connect
def refuse_unsafe_role(**kwargs):
    from tenancy.checks import refuse_a_role_that_walks_through_walls

    refuse_a_role_that_walks_through_walls()
