"""What we ask of WeChat for an official account. Every call is made once; whoever calls decides about another."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import requests

from messaging.wechat.answers import Answer, judged
from tenancy import outbound
from tenancy.outbound import AddressRefused

HOST = "https://api.weixin.qq.com"
FEWEST_AT_ONCE, MOST_AT_ONCE = 2, 10_000  # WeChat sends one text to that many followers
MOST_CODES_LIVE = 2_592_000  # seconds
_KEPT_ANSWER = 20_000


def fetch_token(*, base_url: str, app_id: str, secret: str, is_forced: bool = False) -> Answer:
    """Ask for the access token that the account has now: {"access_token", "expires_in": seconds}.

    The stable token: another caller's does not end it. `is_forced` ends it and makes another, at most twenty times a day.
    """
    body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": is_forced}
    answer = _post(base_url, "/cgi-bin/stable_token", body)
    is_whole = isinstance(answer.told.get("access_token"), str) and isinstance(answer.told.get("expires_in"), int)
    return Answer(False, "no_answer") if answer.is_taken and not is_whole else answer


def send_template(
    *, base_url: str, token: str, openid: str, template_id: str, fields: Mapping[str, str], link: str, mark: str
) -> Answer:
    """Send a template message; {"msgid"}. WeChat sends what has the same mark once within ten minutes."""
    body = {
        "touser": openid, "template_id": template_id, "client_msg_id": mark,
        "data": {name: {"value": value} for name, value in fields.items()},
    }  # fmt: skip
    return _post(base_url, "/cgi-bin/message/template/send", body | ({"url": link} if link else {}), token=token)


def send_to_many(*, base_url: str, token: str, openids: Sequence[str], text: str, mark: str) -> Answer:
    """Send one text to many followers, at least two; {"msg_id"}. WeChat takes the same mark once."""
    assert FEWEST_AT_ONCE <= len(openids) <= MOST_AT_ONCE, len(openids)
    body = {"touser": list(openids), "msgtype": "text", "text": {"content": text}, "clientmsgid": mark}
    return _post(base_url, "/cgi-bin/message/mass/send", body, token=token)


def make_code(*, base_url: str, token: str, scene: str, seconds: int) -> Answer:
    """Have a QR code made that tells us `scene` when somebody scans it; {"url": what it holds, "expire_seconds"}."""
    body = {"expire_seconds": seconds, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    answer = _post(base_url, "/cgi-bin/qrcode/create", body, token=token)
    return Answer(False, "no_answer") if answer.is_taken and not isinstance(answer.told.get("url"), str) else answer


def _post(base_url: str, path: str, body: Mapping[str, Any], *, token: str = "") -> Answer:
    base = base_url or HOST
    if base != HOST and not outbound.is_own_machine(base):
        return Answer(False, "address_refused")
    address = base + path + (f"?{urlencode({'access_token': token})}" if token else "")
    try:
        with outbound.session(address, name="Yinjian-WeChat/1") as session:
            answer = session.post(
                address, data=json.dumps(body, ensure_ascii=False).encode(),
                headers={"content-type": "application/json; charset=utf-8", "accept-encoding": "identity"},
                timeout=outbound.TIMEOUT, stream=True,
            )  # fmt: skip
            return judged(answer.status_code, answer.raw.read(_KEPT_ANSWER), has_token=bool(token))
    except AddressRefused:
        return Answer(False, "address_refused")
    except (requests.ReadTimeout, requests.exceptions.ChunkedEncodingError):
        return Answer(False, "timeout", is_known=False)
    except (requests.RequestException, OSError, ValueError):
        return Answer(False, "no_connection")
