"""What messaging refuses of the WeChat official account."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownWechatAccount(NotFound):
    code = "unknown_wechat_account"
    message = "There is no WeChat official account yet."


class OtherWechatAccount(Conflict):
    code = "other_wechat_account"
    message = "There is an account with another app ID. Remove it first: its followers are not those of the new one."
    field = "app_id"


class WechatAppIdInvalid(Invalid):
    code = "wechat_app_id_invalid"
    message = "An app ID begins with wx, followed by 16 letters and digits."
    field = "app_id"


class WechatSecretInvalid(Invalid):
    code = "wechat_secret_invalid"
    message = "An app secret has 32 letters and digits."
    field = "secret"


class WechatNameMissing(Invalid):
    code = "wechat_name_missing"
    message = "Enter the account's name, as followers see it."
    field = "name"


class WechatAddressInvalid(Invalid):
    code = "wechat_address_invalid"
    message = "Another address than WeChat's own is for development on one's own machine only."
    field = "base_url"


class WechatTestUnderWay(Conflict):
    code = "wechat_test_under_way"
    message = "A test was begun a moment ago. Wait until its answer is here, then begin another one."


class WechatKindUnfit(Invalid):
    code = "wechat_kind_unfit"
    message = "“%(kind)s” is not sent as a template message: WeChat takes news of a customer's own affairs only."
    field = "kind"


class WechatTemplateIdInvalid(Invalid):
    code = "wechat_template_id_invalid"
    message = "A template ID has letters, digits, - and _, as the WeChat console shows it."
    field = "template_id"


class WechatFieldsMissing(Invalid):
    code = "wechat_fields_missing"
    message = "Say what stands in the fields of the template: at least one, at most %(most)s."
    field = "fields"


class UnknownWechatField(Invalid):
    code = "unknown_wechat_field"
    message = "“%(name)s” is no field of a WeChat template. Names look like thing1, amount2, time3."
    field = "fields"


class UnknownWechatPlace(Invalid):
    code = "unknown_wechat_place"
    message = "%(name)s cannot fill in %(place)s. This message knows: %(known)s."
    field = "fields"


class WechatFieldDoesNotFit(Invalid):
    code = "wechat_field_does_not_fit"
    message = "%(name)s does not fit: %(why)s"
    field = "fields"


class WechatNotBound(Conflict):
    code = "wechat_not_bound"
    message = "No WeChat is bound to this customer."
