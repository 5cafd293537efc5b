"""What the vendors of group robots answer, and what it means. Knows no network and no database."""

import json
from dataclasses import dataclass
from typing import Any

_KEPT = 200

# What the vendors publish for the robots of groups. DingTalk has one code for three of its safety settings.
_CAUSES = {
    "wecom": {
        93000: "wrong_key", 93004: "robot_off", 93008: "robot_off", 45009: "too_fast", 45033: "too_fast",
        60020: "ip_refused", 45002: "too_long", 40058: "too_long", -1: "busy",
    },
    "dingtalk": {
        300001: "wrong_key", 300005: "wrong_key", 400101: "wrong_key", 400106: "wrong_key", 404: "wrong_key",
        400102: "robot_off", 400013: "robot_off", 400010: "robot_off", 410100: "too_fast", 130101: "too_fast",
        302033: "too_fast", 90030: "too_fast", 430101: "text_refused", 430102: "text_refused",
        430103: "text_refused", 430104: "text_refused", -1: "busy",
    },
    "feishu": {
        19001: "wrong_key", 19002: "wrong_key", 19007: "robot_off", 19021: "wrong_signature", 19022: "ip_refused",
        19024: "keyword_missing", 9499: "too_fast", 11232: "too_fast", 11247: "too_fast", 11246: "text_refused",
    },
}  # fmt: skip
_BY_WORDS = (
    ("keyword", "keyword_missing"), ("sign", "wrong_signature"), ("timestamp", "wrong_signature"),
    ("whitelist", "ip_refused"), (" ip ", "ip_refused"), ("token", "wrong_key"),
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """`error` says in a word why it was not taken, `said` what the vendor answered.

    `is_known` is False where it may have been posted all the same.
    """

    is_taken: bool
    error: str = ""
    is_known: bool = True
    said: str = ""


def judged(kind: str, status: int, body: bytes) -> Answer:
    """Taken is only what was answered with 200 and the code 0."""
    told = _read(body)
    code = told.get("errcode", told.get("code", told.get("StatusCode")))
    words = str(told.get("errmsg", told.get("msg", told.get("StatusMessage", ""))))
    if status == 200 and code == 0:
        return Answer(True)
    said = f"{status if code is None else code} {words}".replace("\0", "").strip()
    return Answer(False, _cause(kind, status, code, words.lower()), said=said[:_KEPT])


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _cause(kind: str, status: int, code: object, words: str) -> str:
    if kind == "dingtalk" and code == 310000:
        return next((cause for sign, cause in _BY_WORDS if sign in words), "refused")
    if isinstance(code, int) and (cause := _CAUSES[kind].get(code)):
        return cause
    if code is None:
        return "too_fast" if status == 429 else "busy" if status >= 500 else "no_robot"
    return "refused"
