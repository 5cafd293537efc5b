"""The rules of care of this organisation."""

from crm.models import CarePolicy


def care_policy() -> CarePolicy:
    """Read the policy; the defaults where nobody has set one."""
    return CarePolicy.objects.select_related("escalate_to__user", "second_to__user").first() or CarePolicy()
