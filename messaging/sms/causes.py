"""What vendors of text messages call their refusals and failures, and which of our words that is. Knows no network.

Sources: Aliyun, API error codes and receipt error codes; Tencent Cloud, SMS 2021-01-11 error codes and receipt
codes; Twilio, error and warning dictionary. What is not listed is `unknown`, with the vendor's own words beside it.
"""

_ALIYUN = {
    "account_off": (
        "isv.ACCOUNT_ABNORMAL isv.SECURITY_FROZEN_ACCOUNT isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE "
        "isv.FORBIDDEN_ACTION"
    ),
    "blocked": "isv.CUSTOMER_REFUSED USER_REJECT MOBILE_IN_BLACK",
    "busy": "isp.SYSTEM_ERROR isp.GATEWAY_ERROR InternalError ServiceUnavailable",
    "carrier_fault": "IS_CLOSE IS_CLOSED SP_UNKNOWN_ERROR SP_NOT_BY_SMSC",
    "ip_refused": "isv.DENY_IP_RANGE Forbidden.SourceIp",
    "no_money": "isv.OUT_OF_SERVICE isv.AMOUNT_NOT_ENOUGH",
    "no_signature": (
        "isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_NAME_ILLEGAL isv.SIGN_STATE_ILLEGAL "
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL isv.SMS_SIGN_EMOJI_ILLEGAL isv.EXTEND_CODE_ERROR SIGNATURE_BLACKLIST"
    ),
    "no_template": "isv.SMS_TEMPLATE_ILLEGAL isv.TEMPLATE_STATE_ILLEGAL",
    "number_off": "MOBILE_NOT_ON_SERVICE MOBILE_ACCOUNT_ABNORMAL MOBLLE_TERMINAL_ERROR MOBILE_TERMINAL_ERROR",
    "number_wrong": "isv.MOBILE_NUMBER_ILLEGAL INVALID_NUMBER",
    "places_wrong": (
        "isv.TEMPLATE_MISSING_PARAMETERS isv.TEMPLATE_PARAMS_ILLEGAL isv.INVALID_JSON_PARAM isv.PARAM_LENGTH_LIMIT "
        "isv.PARAM_NOT_SUPPORT_URL"
    ),
    "region": "isv.DOMESTIC_NUMBER_NOT_SUPPORTED isv.NOT_SUPPORTED_COUNTRY NO_ROUTE",
    "text_refused": (
        "isv.SMS_CONTENT_ILLEGAL isv.UNSUPPORTED_CONTENT CONTENT_KEYWORD isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE "
        "isv.BLACK_KEY_CONTROL_LIMIT CONTENT_ERROR"
    ),
    "too_fast": "Throttling Throttling.User Throttling.Api QPS_LIMIT_CONTROL",
    "too_often": "isv.BUSINESS_LIMIT_CONTROL MOBILE_SEND_LIMIT VERIFY_CODE_SPAM",
    "vendor_limit": "isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL",
    "wrong_clock": "InvalidTimeStamp.Expired InvalidTimeStamp.Format",
    "wrong_key": (
        "InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive MissingAccessKeyId InvalidAccessKeyId "
        "SignatureDoesNotMatch IncompleteSignature Forbidden.RAM NoPermission isp.RAM_PERMISSION_DENY "
        "isv.ACCOUNT_NOT_EXISTS"
    ),
}

_TENCENT = {
    "account_off": (
        "UnauthorizedOperation.SdkAppIdIsDisabled UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny"
    ),
    "blocked": "FailedOperation.PhoneNumberInBlacklist",
    "busy": "ServiceUnavailable InternalError",
    "carrier_fault": "SUBFAIL UNKNOWN COMFAIL WTNFAIL",
    "ip_refused": "UnauthorizedOperation.RequestIpNotInWhitelist IpNotInWhitelist IpInBlacklist",
    "no_money": "FailedOperation.InsufficientBalanceInSmsPackage UnauthorizedOperation.ServiceSuspendDueToArrears",
    "no_signature": "FailedOperation.SignatureIncorrectOrUnapproved FailedOperation.MissingSignatureList",
    "no_template": (
        "FailedOperation.TemplateIncorrectOrUnapproved FailedOperation.TemplateUnapprovedOrNotExist "
        "FailedOperation.TemplateIdNotExist FailedOperation.MissingTemplateList"
    ),
    "number_off": "UNDELIV EXPIRED DELETED 002",
    "number_wrong": "InvalidParameterValue.IncorrectPhoneNumber FailedOperation.PhoneNumberParseFail",
    "places_wrong": (
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate InvalidParameterValue.TemplateParameterFormatError "
        "InvalidParameterValue.TemplateParameterLengthLimit InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
    ),
    "region": (
        "LimitExceeded.AppCountryOrRegionInBlacklist UnsupportedOperation.UnsupportedRegion "
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone "
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone UnsupportedOperation.ContainDomesticPhoneNumber"
    ),
    "text_refused": (
        "FailedOperation.ContainSensitiveWord InvalidParameter.DirtyWordFound InvalidParameterValue.ContentLengthLimit "
        "FailedOperation.MarketingSendTimeConstraint -106"
    ),
    "too_fast": "LimitExceeded.GlobalSmsSendingRateLimit RequestLimitExceeded",
    "too_often": (
        "LimitExceeded.PhoneNumberThirtySecondLimit LimitExceeded.PhoneNumberOneHourLimit "
        "LimitExceeded.PhoneNumberDailyLimit LimitExceeded.PhoneNumberSameContentDailyLimit "
        "LimitExceeded.DeliveryFrequencyLimit"
    ),
    "vendor_limit": (
        "LimitExceeded.AppDailyLimit LimitExceeded.AppMainlandChinaDailyLimit LimitExceeded.AppGlobalDailyLimit "
        "LimitExceeded.DailyLimit LimitExceeded.AppCountryOrRegionDailyLimit"
    ),
    "wrong_clock": "AuthFailure.SignatureExpire InternalError.RequestTimeException",
    "wrong_key": (
        "InvalidParameterValue.SdkAppIdNotExist UnauthorizedOperation.SmsSdkAppIdVerifyFail "
        "InvalidParameter.AppidAndBizId InternalError.SigVerificationFail InternalError.SigFieldMissing "
        "UnauthorizedOperation.RequestPermissionDeny AuthFailure"
    ),
}

_TWILIO = {
    "account_off": "20005 20008 21608 30002",
    "blocked": "21610 30004 30450",
    "busy": "20500 20503 21730",
    "carrier_fault": "30008 30017 30410",
    "no_money": "30010",
    "no_signature": "21606 21212 21603 21659 21660 21701 21703 21704 21705 30034 30032 30024",
    "number_off": "30003 30036",
    "number_wrong": "21211 21217 21604 21614 21265 30005 30006",
    "region": "21408 21612",
    "text_refused": "21602 21617 30007 30038",
    "too_fast": "20429 21611 30001 30022",
    "vendor_limit": "30023",
    "wrong_key": "20003 20404",
}

# What carriers in China report through Aliyun and Tencent alike (CMPP): a state, or two letters and a number.
_CARRIERS = {
    "number_off": "MK: MN: MI: MB: LT: CB: UNDELIV EXPIRED",
    "carrier_fault": "MA: NOROUTE",
    "blocked": "BLACK",
    "text_refused": "KEYWORD REJECT",
}

# The vendor broke down over it and may have handed it on before.
_UNCLEAR = {
    *("isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "InternalError", "InternalError.Timeout", "InternalError.SendAndRecvFail"),
    *("InternalError.UnknownError", "InternalError.OtherError", "InternalError.ParseBackendResponseFail", "20500"),
}

_PASSING = {"too_fast", "busy", "no_connection"}


def _by_code(codes: dict[str, str]) -> dict[str, str]:
    return {code: word for word, listed in codes.items() for code in listed.split()}


_CAUSES = {"aliyun": _by_code(_ALIYUN), "tencent": _by_code(_TENCENT), "twilio": _by_code(_TWILIO)}
_BEGINNINGS = _by_code(_CARRIERS)


def cause(vendor: str, code: str) -> str:
    """Give our word for a vendor's code; of a code in steps (Throttling.User.Api) the longest that is known."""
    known, steps = _CAUSES[vendor], code.split(".")
    for count in range(len(steps), 0, -1):
        if found := known.get(".".join(steps[:count])):
            return found
    if vendor == "twilio":
        return "unknown"
    return next((word for sign, word in _BEGINNINGS.items() if code.upper().startswith(sign)), "unknown")


def is_unclear(code: str) -> bool:
    """Tell whether a refusal leaves it open whether the message went out all the same."""
    return code in _UNCLEAR


def is_passing(error: str) -> bool:
    """Tell whether the same may be taken a little later, with nobody doing anything.

    A limit for one number is not: its codes are old by the time it ends, and notices are capped by ourselves.
    """
    return error in _PASSING


def known_words() -> set[str]:
    """List every word that a code leads to."""
    return {word for codes in (*_CAUSES.values(), _BEGINNINGS) for word in codes.values()} | {"unknown"}
