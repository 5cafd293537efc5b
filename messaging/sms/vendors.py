"""The vendors of text messages, by the name under which an organisation chooses one."""

from collections.abc import Mapping

from messaging.sms import aliyun, tencent, twilio
from messaging.sms.port import Vendor

VENDORS: Mapping[str, Vendor] = {"aliyun": aliyun.Aliyun(), "tencent": tencent.Tencent(), "twilio": twilio.Twilio()}
HOSTS: Mapping[str, str] = {"aliyun": aliyun.HOST, "tencent": tencent.HOST, "twilio": twilio.HOST}
