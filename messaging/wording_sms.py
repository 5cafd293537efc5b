"""The house wording of text messages: kind → text. A kind that is not here is never sent as one.

Short, because every 70 Chinese or 160 Latin characters are paid for; {page} is the address of where to read on.
"""

EN = {
    "confirmation": "{digits} is your confirmation code for {organisation}. Nobody from us will ever ask you for it.",
    "member_login": "{digits} is your sign-in code for {organisation}, valid for a few minutes. Never pass it on.",
    "referral_question": (
        "Somebody who knows you told {organisation} that you might like to hear from us. If so, type {digits} here: {page} "
        "If not, do nothing; your number is deleted in three days."
    ),
    "referral_waiting": "Your invitation to {organisation} is still open, only the code is missing: {page}",
    "referral_confirmed": "{organisation}: {friend} has accepted your invitation. Thank you! {page}",
    "welcome": "Welcome to {organisation}! {referrer} has introduced you. What you get is here: {page}",
    "offer_waiting": '{organisation}: your welcome offer from "{campaign}" has not been used yet. {page}',
    "reward_accrued": "{organisation}: on the way to you: {reward}, yours to use from {available_on}. {page}",
    "reward_settled": "{organisation}: now yours to use: {reward}. {page}",
    "reward_reversed": "{organisation}: taken back {cause}: {reward}. Of this reward {kept} remains yours. {page}",
    "reward_restored": "{organisation}: you have {reward} again {cause}. {page}",
    "tier_changed": "{organisation}: your level is now {tier}. {page}",
    "survey_invitation": "{organisation} would like to know: {survey} One minute is enough: {page}",
    "points_expiring": "{organisation}: {points} of yours will expire at the end of {expires_on}. {page}",
    "gift_shipped": "{organisation}: {gift} is on its way. {parcel}",
    "gift_ready": "{gift} is waiting for you at {organisation}. Please show this number: {code}",
    "gift_issued": "{organisation}: {gift} is yours. How to use it: {page}",
    "gift_cancelled": "{organisation}: your order of {gift} was cancelled. {given_back}",
    "payout_paid": "{organisation}: {amount} has been paid to you, reference {reference}.",
    "payout_failed": "{organisation}: {amount} could not be paid to you. Please check your account details: {page}",
    "payout_account_changed": "{organisation}: your payout account was changed. If it was not you, tell us at once: {page}",
    "claim_decided": "{organisation}: we have decided who brought {friend}. {page}",
    "case_reply": "{organisation} has answered your request {number}: {page}",
    "case_rating": "{organisation}: request {number} is closed. Did we help you? {page}",
    "referral_contacted": "{organisation}: we have spoken with {friend}. Thank you for introducing us. {page}",
    "referral_qualified": "{organisation}: good news about {friend}, we are preparing an offer. {page}",
    "campaign_promotion": '{organisation}: know somebody who would enjoy us too? Your own link for "{campaign}": {link}',
    "reminder_bought": '{organisation}: enjoying it? Friends are welcome too. Your link for "{campaign}": {link}',
    "reminder_praised": "Thank you for your kind words! Should a friend enjoy {organisation} too, here is your link: {link}",
    "reminder_silent": '{organisation}: your link for "{campaign}" is still here, should somebody ask: {link}',
    "reminder_ending": '{organisation}: "{campaign}" ends on {ends_on}. Friends can come until then: {link}',
}
ZH_HANS = {
    "confirmation": "您在{organisation}的验证码是{digits}，请勿告诉他人，工作人员不会向您索要。",
    "member_login": "您登录{organisation}会员中心的验证码是{digits}，几分钟内有效，请勿告诉他人。",
    "referral_question": (
        "一位认识您的朋友向{organisation}提到，您或许愿意了解我们。愿意请打开{page} 填写验证码{digits}；"
        "不愿意无需操作，您的号码三天后自动删除。"
    ),
    "referral_waiting": "您接受{organisation}的邀请还差一步，打开页面重新获取验证码即可：{page}",
    "referral_confirmed": "{friend}已接受您的邀请，感谢您为{organisation}引荐！进展见：{page}",
    "welcome": "欢迎来到{organisation}！您由{referrer}引荐，可获得的礼遇见：{page}",
    "offer_waiting": "您在{organisation}“{campaign}”的新人礼还没有使用，详见：{page}",
    "reward_accrued": "您将在{organisation}获得{reward}，{available_on}起可用。详见：{page}",
    "reward_settled": "您在{organisation}的{reward}已到账，现在可以使用。详见：{page}",
    "reward_reversed": "{cause}，您在{organisation}的奖励被收回{reward}，该笔仍保留{kept}。详见：{page}",
    "reward_restored": "{cause}，您在{organisation}的奖励已恢复{reward}。详见：{page}",
    "tier_changed": "您在{organisation}的会员等级现为{tier}。详见：{page}",
    "survey_invitation": "{organisation}想听听您的意见：{survey}只需一分钟：{page}",
    "points_expiring": "您在{organisation}的{points}将于{expires_on}到期，请及时使用：{page}",
    "gift_shipped": "{organisation}：您的{gift}已寄出。{parcel}",
    "gift_ready": "您的{gift}已备好，请到{organisation}领取，出示编号{code}即可。",
    "gift_issued": "您在{organisation}兑换的{gift}已可使用，使用方法见：{page}",
    "gift_cancelled": "您在{organisation}的{gift}订单已取消。{given_back}",
    "payout_paid": "{organisation}已向您付款{amount}，付款编号{reference}。",
    "payout_failed": "{organisation}向您付款{amount}未成功，请核对收款账户：{page}",
    "payout_account_changed": "您在{organisation}的收款账户已变更。如非本人操作，请立即联系我们：{page}",
    "claim_decided": "关于{friend}由谁引荐，{organisation}已有结论，详见：{page}",
    "case_reply": "{organisation}已回复您的请求{number}：{page}",
    "case_rating": "您在{organisation}的请求{number}已处理完毕，请评价我们的服务：{page}",
    "referral_contacted": "{organisation}已与您引荐的{friend}取得联系，感谢您的引荐！进展见：{page}",
    "referral_qualified": "您为{organisation}引荐的{friend}有新进展，我们正在准备方案。详见：{page}",
    "campaign_promotion": "身边有朋友也会喜欢{organisation}吗？您在“{campaign}”的专属链接：{link}",
    "reminder_bought": "用得还满意吗？{organisation}也欢迎您的朋友，您在“{campaign}”的专属链接：{link}",
    "reminder_praised": "谢谢您对{organisation}的肯定！如有朋友也会喜欢，这是您的专属链接：{link}",
    "reminder_silent": "您在{organisation}“{campaign}”的专属链接仍然有效，朋友问起时可以用：{link}",
    "reminder_ending": "{organisation}“{campaign}”将于{ends_on}结束，您告诉过的朋友在此之前仍可参加：{link}",
}
WORDING = {"en": EN, "zh-hans": ZH_HANS}
# How whoever gets an offer makes it stop; it stands behind every one.
OPT_OUT = {"en": " Reply STOP to opt out", "zh-hans": " 拒收请回复R"}
