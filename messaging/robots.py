"""Group robots on the wire: what each vendor wants posted, how it is signed, what counts as taken. Knows no database."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from messaging.errors import RobotAddressInvalid
from messaging.robot_answers import Answer, judged
from tenancy import outbound
from tenancy.outbound import AddressRefused

MOST_BYTES = 2000  # WeCom takes 2,048 of a text, the others more
_KEPT_ANSWER = 1000
_HOSTS = {
    "wecom": ("qyapi.weixin.qq.com",),
    "dingtalk": ("oapi.dingtalk.com",),
    "feishu": ("open.feishu.cn", "open.larksuite.com"),
}


def check_robot_address(kind: str, url: str) -> None:
    """Refuse an address that is not the vendor's own: what is posted there is meant for a group, not for a stranger."""
    outbound.check_address(url)
    if not outbound.is_own_machine(url) and urlsplit(url).hostname not in _HOSTS[kind]:
        raise RobotAddressInvalid(kind=kind, host=_HOSTS[kind][0])


def parcel(kind: str, url: str, *, secret: str, text: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """Give address and body of a post, signed where there is a secret. `now` is the real time."""
    if kind == "dingtalk":
        return _signed_address(url, secret, now), {"msgtype": "text", "text": {"content": text}}
    if kind == "feishu":
        return url, {**_feishu_sign(secret, now), "msg_type": "text", "content": {"text": text}}
    return url, {"msgtype": "text", "text": {"content": text}}


def _signed_address(url: str, secret: str, now: datetime) -> str:
    """DingTalk: milliseconds, the secret is the key, and both stand in the address."""
    if not secret:
        return url
    stamp = str(int(now.timestamp() * 1000))
    sign = _hmac(key=secret, message=f"{stamp}\n{secret}")
    return f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote(sign, safe='')}"


def _feishu_sign(secret: str, now: datetime) -> Mapping[str, str]:
    """Feishu: seconds, time and secret are the key of an empty message, and both stand in the body."""
    if not secret:
        return {}
    stamp = str(int(now.timestamp()))
    return {"timestamp": stamp, "sign": _hmac(key=f"{stamp}\n{secret}", message="")}


def _hmac(*, key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def post(kind: str, url: str, *, secret: str, text: str, now: datetime) -> Answer:
    """Post once; nobody repeats it, because a group that reads the same thing twice is worse than one that misses it."""
    try:
        check_robot_address(kind, url)
        address, body = parcel(kind, url, secret=secret, text=text, now=now)
        with outbound.session(url, name="Yinjian-Robots/1") as session:
            answer = session.post(
                address, data=json.dumps(body, ensure_ascii=False).encode(),
                headers={"content-type": "application/json; charset=utf-8", "accept-encoding": "identity"},
                timeout=outbound.TIMEOUT, stream=True,
            )  # fmt: skip
            return judged(kind, answer.status_code, answer.raw.read1(_KEPT_ANSWER))
    except requests.exceptions.ReadTimeout:
        return Answer(False, "timeout", is_known=False)
    except (RobotAddressInvalid, AddressRefused):
        return Answer(False, "address_refused")
    except (requests.RequestException, OSError, ValueError):
        return Answer(False, "no_connection")
