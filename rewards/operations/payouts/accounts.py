"""Payout accounts: entered by the customer or by staff, sealed, shown masked, opened only for a provider."""

from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from crm.models import Customer
from foundation.contacts import mask_name
from rewards.errors.payouts import AccountErased, HolderInvalid, PayoutAccountInvalid
from rewards.models import PayoutAccount
from rewards.rules.payouts import mask_account, normalise_account
from tenancy import audit, door, events

_FORMULA = tuple("=+-@＝＋－＠")  # a name that a spreadsheet would run


@transaction.atomic
def set_payout_account(customer_id: UUID, *, method: str, holder: str, account: str, bank: str = "") -> PayoutAccount:
    """Say where a customer's cash goes; what was there before is kept for the payouts it was used for."""
    Customer.objects.select_for_update().get(id=customer_id)
    holder = " ".join(holder.split())
    if not holder or len(holder) > 80 or holder.startswith(_FORMULA):
        raise HolderInvalid
    plain = _normalised(method, account)
    made = _account(customer_id, method, {"holder": holder, "account": plain, "bank": " ".join(bank.split())[:80]})
    present = current_account(customer_id)
    if present and present.fingerprint == made.fingerprint and present.details == made.details:
        return present
    _retire(customer_id)
    made.save()
    audit.record("payout_account.set", made, {"customer_id": str(customer_id), "method": method})
    events.publish("payout_account.changed", made.id, customer_id=str(customer_id), method=method)
    return made


def forget_payout_account(customer_id: UUID) -> bool:
    """Have no account for a customer any more; what they have in cash waits until there is one."""
    present = current_account(customer_id)
    if present is None:
        return False
    _retire(customer_id)
    audit.record("payout_account.forgotten", present, {"customer_id": str(customer_id)})
    return True


def current_account(customer_id: UUID) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(customer_id=customer_id, retired_at=None).first()


def opened(account: PayoutAccount) -> dict[str, str]:
    """Give what is needed to pay; the caller notes the purpose in the audit trail."""
    if account.details is None:
        raise AccountErased
    return account.details


def _normalised(method: str, account: str) -> str:
    if method not in PayoutAccount.Method.values:
        raise PayoutAccountInvalid(field="method")
    try:
        return normalise_account(method, account)
    except ValueError:
        raise PayoutAccountInvalid from None


def _account(customer_id: UUID, method: str, details: dict[str, str]) -> PayoutAccount:
    actor = door.actor()
    return PayoutAccount(
        customer_id=customer_id, method=method, details=details, masked_account=mask_account(details["account"])[:40],
        masked_holder=mask_name(details["holder"])[:40], fingerprint=_fingerprint(method, details["account"]),
        entered_at=door.moment(), entered_by_kind=actor.kind, entered_by_id=actor.id,
    )  # fmt: skip


def _fingerprint(method: str, account: str) -> str:
    """Hash an account with the installation's secret: it can be compared here, and guessed nowhere."""
    return salted_hmac(
        "rewards.payout_account", f"{door.organisation_id()}:{method}:{account}", algorithm="sha256"
    ).hexdigest()


def _retire(customer_id: UUID) -> None:
    PayoutAccount.objects.filter(customer_id=customer_id, retired_at=None).update(retired_at=door.moment())
