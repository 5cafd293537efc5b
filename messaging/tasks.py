"""Celery entries of messaging."""

from uuid import UUID

from celery import shared_task

from messaging import operations
from messaging.operations import wechat
from tenancy.tasks import each_organisation, organisation_task, ring_where


@shared_task
def send_due_messages(organisation_id: str) -> int:
    here = UUID(organisation_id)
    return operations.send_due(here) + operations.send_due_texts(here) + wechat.send_due_over_wechat(here)


@shared_task
def settle_texts(organisation_id: str) -> int:
    return operations.settle_doubtful(UUID(organisation_id)) + wechat.settle_lost(UUID(organisation_id))


@shared_task
def ring_for_doubtful_texts() -> None:
    """Beat: ask vendors what became of texts of which nobody knows."""
    ring_where(settle_texts, "doubtful_texts")


@shared_task
def ring_for_due_messages() -> None:
    """Beat: send a worker to every outbox, also when every doorbell was lost."""
    ring_where(send_due_messages, "due_messages")


@shared_task
def test_robots(organisation_id: str) -> int:
    return operations.run_robot_tests(UUID(organisation_id))


@shared_task
def ask_wechat(organisation_id: str) -> int:
    """Make the test of the official account, and the codes that customers wait for."""
    return wechat.run_tests(UUID(organisation_id)) + wechat.make_codes(UUID(organisation_id))


@organisation_task
def remind_of_follow_ups() -> int:
    return operations.remind_of_follow_ups()


@organisation_task
def send_due_surveys() -> int:
    return operations.send_due_surveys()


@shared_task
def ring_for_surveys() -> None:
    """Beat: look everywhere for customers who are to be asked."""
    each_organisation(send_due_surveys)


@shared_task
def ring_for_reminders() -> None:
    """Beat: look everywhere for follow-ups that are due."""
    each_organisation(remind_of_follow_ups)
