"""Who builds a form may see the draft at its public address for a day."""

from django.core.signing import BadSignature, TimestampSigner

_signer = TimestampSigner(salt="lead-form.preview")
_A_DAY = 86_400


def preview_token(code: str) -> str:
    return _signer.sign(code)


def is_preview(code: str, token: str) -> bool:
    try:
        return _signer.unsign(token, max_age=_A_DAY) == code
    except BadSignature:
        return False
