"""WeChat on this machine: knows one account, hands out tokens, refuses what WeChat refuses, pushes signed and encrypted."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from messaging.wechat import callbacks

APP_ID, SECRET = "wx49f0ab532d5d035a", "0123456789abcdef0123456789abcdef"


class FakeWechat:
    """`heard` is what it was asked: (path, body). `says` names the next answers of a path, before its own."""

    def __init__(self, server):
        self.server, self.heard, self.says = server, [], {}
        self.tokens, self.alive = 0, ""
        self.sent: dict[str, int] = {}  # mark → msgid

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def calls(self, path: str) -> list[dict]:
        return [body for heard, body in self.heard if heard == path]

    def answer(self, path: str, query: dict, body: dict) -> dict:
        self.heard.append((path, body))
        if self.says.get(path):
            return self.says[path].pop(0)
        if path == "/cgi-bin/stable_token":
            return self._token(body)
        if query.get("access_token") != [self.alive]:
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        return getattr(self, "_" + path.replace("/cgi-bin/", "").replace("/", "_"))(body)

    def _token(self, body: dict) -> dict:
        if body["appid"] != APP_ID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if body["secret"] != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if body["force_refresh"] or not self.alive:
            self.tokens += 1
            self.alive = f"token-{self.tokens}"
        return {"access_token": self.alive, "expires_in": 7200}

    def _message_template_send(self, body: dict) -> dict:
        if not body["touser"].startswith("o"):
            return {"errcode": 40003, "errmsg": "invalid openid"}
        mark = body["client_msg_id"]
        self.sent.setdefault(mark, 200228332 + len(self.sent))
        return {"errcode": 0, "errmsg": "ok", "msgid": self.sent[mark]}

    def _message_mass_send(self, body: dict) -> dict:
        if body["clientmsgid"] in self.sent:
            return {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": self.sent[body["clientmsgid"]]}
        self.sent[body["clientmsgid"]] = 34182 + len(self.sent)
        return {"errcode": 0, "errmsg": "send job submission success", "msg_id": self.sent[body["clientmsgid"]]}

    def _qrcode_create(self, body: dict) -> dict:
        scene = body["action_info"]["scene"]["scene_str"]
        assert body["action_name"] == "QR_STR_SCENE" and 1 <= len(scene) <= 64
        return {
            "ticket": "gQH",
            "expire_seconds": body["expire_seconds"],
            "url": f"http://weixin.qq.com/q/{len(self.heard)}",
        }

    # --- pushes ---------------------------------------------------------------------------------------------

    def push(self, client, address: str, account, *, is_plain: bool = False, at: int | None = None, **facts):
        """Push an event to us as WeChat does: push(client, address, account, Event="subscribe", FromUserName="oAnn")."""
        stamp, nonce = str(int(time.time())), "1372623149"
        body = xml(CreateTime=at or stamp, MsgType="event", ToUserName="gh_shop", **facts)
        query = {"signature": callbacks.signature(account.callback_token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        if not is_plain:
            keys = callbacks.Keys(account.app_id, account.callback_token, account.aes_key)
            parcel = callbacks.encrypted(keys, body)
            sign = callbacks.signature(account.callback_token, stamp, nonce, parcel)
            query |= {"encrypt_type": "aes", "msg_signature": sign, "openid": facts.get("FromUserName", "")}
            body = xml(ToUserName="gh_shop", Encrypt=parcel)
        return client.post(f"{address}?{urlencode(query)}", body, content_type="text/xml")


def xml(**facts) -> bytes:
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in facts.items())
    return f"<xml>{inside}</xml>".encode()


@pytest.fixture
def wechat():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            parts = urlsplit(self.path)
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(self.server.wechat.answer(parts.path, parse_qs(parts.query), told)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.wechat = FakeWechat(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.wechat
    server.shutdown()
    server.server_close()


@pytest.fixture
def wechat_account(wechat, at_acme):
    """Acme's official account at the WeChat on this machine."""
    from messaging.operations.wechat import save_account

    with at_acme():
        return save_account(name="Acme", app_id=APP_ID, secret=SECRET, base_url=wechat.base_url)
