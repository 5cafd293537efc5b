"""What WeChat answers, and what it means. Knows no network and no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_KEPT = 200

# https://developers.weixin.qq.com/doc/service/guide/dev/errcode.html
_CAUSES = {
    -1: "busy", 40001: "wrong_secret", 40125: "wrong_secret", 41004: "wrong_secret", 40013: "wrong_app_id",
    41002: "wrong_app_id", 40243: "secret_frozen", 40164: "ip_refused", 61004: "ip_refused", 89503: "ip_refused",
    40014: "stale_token", 42001: "stale_token", 41001: "stale_token", 43004: "not_following", 40003: "unknown_follower",
    43101: "switched_off", 43019: "blocked", 40037: "wrong_template", 40036: "wrong_template", 47003: "wrong_fields",
    40097: "wrong_fields", 45002: "too_long", 45009: "quota", 45011: "too_fast", 45047: "quota", 45028: "month_used_up",
    45065: "already_sent", 45066: "too_fast", 48001: "not_verified", 48004: "punished", 48006: "quota",
    50001: "not_verified", 50002: "punished", 50004: "punished", 50007: "punished", 50008: "punished", 45026: "quota",
}  # fmt: skip
# The same may be taken a little later.
_PASSING = {"busy", "too_fast", "quota", "no_connection", "timeout", "stale_token", "ip_refused"}


@dataclass(frozen=True)
class Answer:
    """`error` says in a word (messaging/wechat/words.py) why it was not taken, `said` what WeChat answered.

    `is_known` is False where it may have been taken all the same.
    """

    is_taken: bool
    error: str = ""
    is_known: bool = True
    said: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_passing(self) -> bool:
        return self.error in _PASSING


def judged(status: int, body: bytes, *, has_token: bool = False) -> Answer:
    """Taken is what was answered with 200 and no error; what was sent before under the same mark was taken, too.

    `has_token`: of a call with an access token 40001 speaks, else of the secret.
    """
    told = _read(body)
    code = told.get("errcode", 0) if told else None
    if status == 200 and code == 0:
        return Answer(True, told=told)
    cause = "stale_token" if code == 40001 and has_token else _cause(status, code)
    said = f"{status if code is None else code} {told.get('errmsg', '')}".replace("\0", "").strip()
    return Answer(cause == "already_sent", cause, said=said[:_KEPT], told=told)


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _cause(status: int, code: object) -> str:
    if isinstance(code, int) and code:
        return _CAUSES.get(code, "refused")
    return "too_fast" if status == 429 else "busy" if status >= 500 else "no_answer"
