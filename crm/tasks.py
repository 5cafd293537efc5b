"""Celery entries of the customer room."""

from celery import shared_task

from crm import operations
from tenancy.tasks import each_organisation, organisation_task


@organisation_task
def find_duplicates_of() -> int:
    return operations.find_duplicates()


@shared_task
def ring_for_duplicates() -> None:
    """Beat, every night: look everywhere for customers who may be one person."""
    each_organisation(find_duplicates_of)
