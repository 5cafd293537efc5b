"""The house wording of messages on the way of a referral, in both languages: kind → channel → (subject, text)."""

EN = {
    "referral_question": {
        "email": (
            "May {organisation} write to you?",
            "Hello,\n\nSomebody who knows you told {organisation} that you might like to hear from us. We have written down "
            "your name and this address, and nothing else will be done with them until you agree.\n\n"
            "If you would like to hear from us, open the page and type this code: {digits}\n\n"
            "If not, you need do nothing: what was written down is deleted in three days, and we shall not ask again. "
            "You can also have it deleted at once on the page.",
        ),
    },
    "referral_contacted": {
        "email": (
            "We have spoken with {friend}",
            "Hello {name},\n\n{friend}, whom you introduced through “{campaign}”, has heard from us. "
            "Thank you for the introduction.\n\nYou can follow every step in your member centre, "
            "and switch messages like this one off in your preferences.",
        ),
        "in_app": ("We have spoken with {friend}", "Your introduction through “{campaign}” has been taken up."),
    },
    "referral_qualified": {
        "email": (
            "Good news about {friend}",
            "Hello {name},\n\nWe know now what {friend} is looking for, and are preparing an offer. "
            "Thank you for introducing us through “{campaign}”.\n\nYou can follow every step in your member centre, "
            "and switch messages like this one off in your preferences.",
        ),
        "in_app": ("Good news about {friend}", "We know what they are looking for and are preparing an offer."),
    },
    "referral_converted": {
        "in_app": ("{friend} has ordered", "Thank you for introducing us through “{campaign}”. See what comes of it."),
    },
    "referral_closed": {
        "email": (
            "About your introduction of {friend}",
            "Hello {name},\n\nThis time it was not the right moment for {friend}. Thank you all the same: "
            "an introduction is never wasted, and you may introduce others at any time.\n\n"
            "You can switch messages like this one off in your preferences.",
        ),
        "in_app": ("It was not the right moment for {friend}", "Thank you all the same for introducing us."),
    },
    "referral_due_soon": {
        "email": (
            "Please get in touch with {customer}",
            "Hello {name},\n\n{customer} came to us through “{campaign}” and waits to hear from you. "
            "It is due on {due_on} at {due_time}.\n\nThe words to say are on the page.",
        ),
        "in_app": ("Due soon: {customer}", "“{campaign}” · due {due_on}, {due_time}"),
    },
    "referral_overdue": {
        "email": (
            "{customer} is still waiting",
            "Hello {name},\n\n{customer} came to us through “{campaign}”, and somebody was to get in touch by {due_on}, "
            "{due_time}.\nIt is with: {assignee}\n\nPlease see that it is done, or give it to somebody else.",
        ),
        "in_app": ("Overdue: {customer}", "{assignee} · “{campaign}” · was due {due_on}, {due_time}"),
    },
    "referral_handed": {
        "email": (
            "{colleague} hands a referral over to you",
            "Hello {name},\n\n{customer}, who came through “{campaign}”, is yours from now on. "
            "Open the referral to see what has been done, and say that you have it.",
        ),
        "in_app": ("{colleague} hands a referral over to you", "{customer} · “{campaign}”"),
    },
    "referral_hand_answered": {
        "email": (
            "{colleague} {answer}: {customer}",
            "Hello {name},\n\n{colleague} {answer}. Referral: {customer}, through “{campaign}”.",
        ),
        "in_app": ("{colleague} {answer}", "{customer} · “{campaign}”"),
    },
    "campaign_promotion": {
        "email": (
            "{campaign}: a small thank-you for you and a friend",
            "Hello {customer},\n\nDo you know somebody who would enjoy {organisation} as well? “{campaign}” is open to you "
            "now. This is your personal link; whoever comes through it counts as your friend:\n\n{link}\n\n"
            "What you and your friend receive, and when, is written on the page behind it.",
        ),
    },
    "reminder_bought": {
        "email": (
            "Enjoying it? “{campaign}” is there for your friends, too",
            "Hello {customer},\n\nThank you for shopping with {organisation}. If you are happy with what you chose, perhaps "
            "you know somebody who would be, too. This is your personal link for “{campaign}”:\n\n{link}\n\n"
            "What you and your friend receive, and when, is written on the page behind it.",
        ),
    },
    "reminder_praised": {
        "email": (
            "Thank you for your kind words",
            "Hello {customer},\n\nWe are glad that you were happy with {organisation}; it means a lot to everybody here. "
            "If somebody comes to your mind who would enjoy it as well, this is your personal link for “{campaign}”:"
            "\n\n{link}\n\nWhat you and your friend receive, and when, is written on the page behind it.",
        ),
    },
    "reminder_silent": {
        "email": (
            "Your link for “{campaign}” is still here",
            "Hello {customer},\n\nYou have a personal link for “{campaign}”, and nobody has come through it yet. "
            "Should you talk to somebody who would enjoy {organisation}, this is all they need:\n\n{link}\n\n"
            "There is nothing you have to do, and we shall not keep reminding you.",
        ),
    },
    "reminder_ending": {
        "email": (
            "“{campaign}” ends on {ends_on}",
            "Hello {customer},\n\nThank you for passing your link on. “{campaign}” is open until {ends_on}: whoever you "
            "told of it can still come until then.\n\nYour personal link:\n\n{link}\n\n"
            "What you and your friend receive, and when, is written on the page behind it.",
        ),
    },
}  # fmt: skip
ZH_HANS = {
    "referral_question": {
        "email": (
            "{organisation}想征得您的同意",
            "您好！\n\n有一位认识您的朋友向{organisation}提到，您或许愿意了解我们。我们只记下了您的称呼和这个邮箱地址，"
            "在您同意之前不会作任何其他用途。\n\n如果您愿意，请打开页面并输入验证码：{digits}\n\n"
            "如果不愿意，无需任何操作：三天后相关信息会自动删除，我们也不会再次询问。您也可以在页面上立即删除。",
        ),
    },
    "referral_contacted": {
        "email": (
            "我们已与{friend}取得联系",
            "{name}，您好！\n\n您通过“{campaign}”引荐的{friend}，我们已经联系上了。感谢您的引荐。\n\n"
            "每一步进展都可以在会员中心查看；如不想再收到此类通知，可在偏好设置中关闭。",
        ),
        "in_app": ("我们已与{friend}取得联系", "您在“{campaign}”中的引荐已有专人跟进。"),
    },
    "referral_qualified": {
        "email": (
            "{friend}有新进展",
            "{name}，您好！\n\n我们已了解{friend}的需求，正在准备方案。感谢您通过“{campaign}”引荐。\n\n"
            "每一步进展都可以在会员中心查看；如不想再收到此类通知，可在偏好设置中关闭。",
        ),
        "in_app": ("{friend}有新进展", "我们已了解对方的需求，正在准备方案。"),
    },
    "referral_converted": {
        "in_app": ("{friend}已下单", "感谢您通过“{campaign}”引荐，点击查看结果。"),
    },
    "referral_closed": {
        "email": (
            "关于您引荐的{friend}",
            "{name}，您好！\n\n这一次时机还不太合适，{friend}暂未选择我们。依然非常感谢您的引荐，欢迎您随时再推荐其他朋友。\n\n"
            "如不想再收到此类通知，可在偏好设置中关闭。",
        ),
        "in_app": ("{friend}这次暂未成行", "依然感谢您的引荐。"),
    },
    "referral_due_soon": {
        "email": (
            "请尽快联系{customer}",
            "{name}，您好！\n\n{customer}通过“{campaign}”而来，正等待您的联系，"
            "请在{due_on} {due_time}前完成。\n\n沟通话术见推荐页面。",
        ),
        "in_app": ("即将到期：{customer}", "“{campaign}” · 请在{due_on} {due_time}前联系"),
    },
    "referral_overdue": {
        "email": (
            "{customer}仍在等待",
            "{name}，您好！\n\n{customer}通过“{campaign}”而来，原应于{due_on} {due_time}前有人跟进。\n"
            "当前负责人：{assignee}\n\n"
            "请督促跟进，或交接给其他同事。",
        ),
        "in_app": ("已超时：{customer}", "{assignee} · “{campaign}” · 应于{due_on} {due_time}前完成"),
    },
    "referral_handed": {
        "email": (
            "{colleague}向您交接一条推荐",
            "{name}，您好！\n\n通过“{campaign}”而来的{customer}，从现在起由您负责。请打开推荐页面查看此前进展，并确认接手。",
        ),
        "in_app": ("{colleague}向您交接一条推荐", "{customer} · “{campaign}”"),
    },
    "referral_hand_answered": {
        "email": (
            "{colleague}{answer}：{customer}",
            "{name}，您好！\n\n{colleague}{answer}。推荐：{customer}，来自“{campaign}”。",
        ),
        "in_app": ("{colleague}{answer}", "{customer} · “{campaign}”"),
    },
    "campaign_promotion": {
        "email": (
            "{campaign}：给您和朋友的一份心意",
            "{customer}，您好！\n\n身边有朋友也会喜欢{organisation}吗？“{campaign}”现已对您开放。"
            "下面是您的专属链接，通过它到来的朋友都会记在您名下：\n\n{link}\n\n您和朋友可获得的礼遇及发放时间，请见链接页面。",
        ),
    },
    "reminder_bought": {
        "email": (
            "用得还满意吗？“{campaign}”也欢迎您的朋友",
            "{customer}，您好！\n\n感谢您选购{organisation}。如果您对这次的选择满意，或许身边也有朋友会喜欢。"
            "这是您在“{campaign}”中的专属链接：\n\n{link}\n\n您和朋友可获得的礼遇及发放时间，请见链接页面。",
        ),
    },
    "reminder_praised": {
        "email": (
            "谢谢您的肯定",
            "{customer}，您好！\n\n很高兴{organisation}让您满意，您的肯定对我们每个人都很重要。"
            "如果您想起哪位朋友也会喜欢，这是您在“{campaign}”中的专属链接：\n\n{link}\n\n"
            "您和朋友可获得的礼遇及发放时间，请见链接页面。",
        ),
    },
    "reminder_silent": {
        "email": (
            "您在“{campaign}”中的专属链接仍然有效",
            "{customer}，您好！\n\n您在“{campaign}”中有一个专属链接，目前还没有朋友通过它到来。"
            "如果您身边有人也会喜欢{organisation}，把它告诉对方即可：\n\n{link}\n\n您无需做任何事，我们也不会反复打扰。",
        ),
    },
    "reminder_ending": {
        "email": (
            "“{campaign}”将于{ends_on}结束",
            "{customer}，您好！\n\n感谢您把链接带给朋友。“{campaign}”开放至{ends_on}，您告诉过的朋友在此之前仍可参加。"
            "\n\n您的专属链接：\n\n{link}\n\n您和朋友可获得的礼遇及发放时间，请见链接页面。",
        ),
    },
}  # fmt: skip
# Posted to chat groups, by a robot or by hand.
GROUP_POST = {
    "en": "“{campaign}”: do you know somebody who would enjoy {organisation} as well? Bring them along, everything about it "
    "is here: {link}",
    "zh-hans": "“{campaign}”：身边有朋友也会喜欢{organisation}吗？欢迎带朋友一起来，活动详情：{link}",
}
