# ruff: noqa: E501 (a sentence stands on one line)
"""The checks before a start in plain words: what passed, what is wrong, and what to do about it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PASSED = {
    "window": _("The dates fit."),
    "terms": _("The terms are complete."),
    "budget": _("The budget covers rewards."),
    "reach": _("Every limit and every condition can come to bear."),
    "texts": _("All texts are written in Chinese and in English."),
    "amounts": _("The texts name no amount that the terms do not hold."),
    "wechat": _("No text and no reward induces sharing."),
    "law": _("The law allows it."),
    "responsible": _("Somebody is responsible for every friend who comes."),
    "stages": _("Every stage has an owner."),
    "golden": _("No golden case fails."),
}
TITLES = {
    "window": _("Dates"), "terms": _("Terms"), "budget": _("Budget"), "reach": _("Limits and conditions"), "texts": _("Texts"), "amounts": _("Amounts in texts"), "wechat": _("WeChat"),
    "law": pgettext_lazy("what is checked", "Law"), "responsible": _("Responsibility"),
    "stages": _("Owners of stages"), "golden": _("Golden cases"),
}  # fmt: skip

# By code. What can be done about it stands in the sentence.
FOUND = {
    "window_past": _("The end of this campaign has passed. Choose a later end first."),
    "no_end": _("The campaign has no end: it runs until somebody ends it. Set an end if its rewards should stop by themselves."),
    "terms_missing": _("Nothing is said about rewards yet. Choose a template, or say what counts and who gets what."),
    "terms_unreadable": _("The terms cannot be kept any more: %(reason)s Look at who gets what again."),
    "budget_missing": _("No budget is set aside. Set one aside, so that rewards cannot cost more than you mean to spend."),
    "budget_currency_differs": _("The budget is in %(budget)s, but the terms are in %(terms)s. Choose a budget in the terms' currency."),
    "budget_too_small": _("The budget of %(limit)s does not pay for one friend, who costs %(cost)s. Raise it, or give less."),
    "budget_empty": _("Nothing is left in the budget. Raise its limit, or choose another one."),
    # what contradicts itself
    "limit_never_reached": _("The limit “%(limit)s” of %(most)s is never reached: “%(other)s” ends at %(least)s before. Lower the first, or raise the second."),
    "limit_money_first": _("The limit “%(limit)s” of %(most)s is never reached: a friend costs at least %(cost)s, so “%(other)s” ends at %(least)s before. Lower the first, or raise the second."),
    "limit_count_first": _("The limit “%(limit)s” of %(most)s is never reached: a friend costs %(cost)s, so “%(other)s” ends after %(least)s rewards before. Lower the first, or raise the second."),
    "limit_below_one": _("The limit “%(limit)s” of %(most)s is less than one friend costs, %(cost)s: nobody would get a reward. Raise it, or give less."),
    "limit_above_budget": _("The limit “%(limit)s” of %(most)s is never reached: the budget ends at %(budget)s before. Lower the limit, or raise the budget."),
    "conditions_contradict": _("No order can meet the conditions: two of them exclude each other, or the minimum, the first order or the days to order exclude one. Change what counts."),
    "scheme_contradicts": _("Nobody ever gets the rewards of “%(name)s”: its conditions and those of the campaign exclude each other. Change them, or take it out."),
    "milestone_contradicts": _("Nobody ever reaches the milestone “%(name)s”: its conditions exclude each other. Change them, or take it out."),
    "event_before_reward": _("“%(name)s” is over before anybody gets the invitation: rewards wait %(days)s days for returns. Choose a later event, or a shorter wait."),
    "text_missing": _("The %(language)s text “%(name)s” is empty. Write it, or take the template's."),
    "script_missing": _("There are no words for the call to the friend in %(language)s. Write what to say on the phone."),
    "amount_not_in_terms": _("The %(language)s text “%(name)s” says “%(words)s”, but the terms hold no such amount. Mend the text or the terms."),
    "nobody_responsible": _("Nobody is named as responsible: referred friends who belong to none of your staff go to an owner of the organisation. Choose somebody."),
    "responsible_left": _("%(name)s does not work here any more. Choose somebody else to be responsible."),
    "stage_unowned": _("Nobody owns these stages: %(stages)s. Name somebody on the campaign's map of responsibilities."),
    "golden_case_failed": _("These golden cases fail: %(names)s. Change the terms, or the cases if they are out of date."),
    # what WeChat blocks
    "share_for_reward": _("“%(words)s” promises something for sharing. WeChat blocks such pages: thank people for a friend's purchase instead."),
    "forced_share": _("“%(words)s” makes people share before they can go on. WeChat blocks such pages: let everybody see everything."),
    "help_task": _("“%(words)s” asks friends for help with a task. WeChat blocks such tasks, and shoppers tire of them: invite a friend to buy for themselves."),
    "collect_likes": _("“%(words)s” collects likes. WeChat blocks collecting: reward purchases, not likes."),
    "moments_for_reward": _("“%(words)s” rewards a post in Moments. WeChat blocks that: give people a poster or a code, and reward purchases."),
    "red_packet_fission": _("“%(words)s” multiplies red packets by sharing. WeChat blocks that: pay a reward after a friend's purchase instead."),
    "pay_for_contacts": _("“%(words)s” pays for a friend who only signs up or follows. WeChat blocks it, and the law calls it pay by head count: reward purchases."),
    "invite_for_reward": _("“%(words)s” promises something for inviting as such. Say in the same sentence that the friend has to buy first."),
    "follow_for_reward": _("“%(words)s” buys followers. WeChat forbids it: let people follow because they want to."),
    "evades_checks": _("“%(words)s” helps people around WeChat's checks. A domain that does so can be banned for good: take it out."),
    "share_structure": _("A reward is given for sharing itself. WeChat blocks such campaigns: give it once the friend has bought."),
    "help_structure": _("A reward is given for friends who help with a task. WeChat blocks such campaigns: give it once a friend has bought."),
    "joining_needs_shares": _("A reward for joining depends on sharing. WeChat blocks such campaigns: give it without a condition, or after a purchase."),
    # the law
    "too_many_levels": _("Rewards reach over %(levels)s levels. More than %(most)s are not possible: from three levels on it counts as a pyramid scheme (Regulations on the Prohibition of Pyramid Selling, art. 7). Leave out the levels beyond."),
    "legal_note_unread": _("Rewards on two levels need care. Somebody of the organisation has to read the legal note and acknowledge it once."),
    "second_level_too_high": _("The second level gets %(percent)s%%. More than %(most)s%% is not possible: lower it."),
    "second_level_above_first": _("The second level gets %(percent)s%%, more than the first with %(most)s%%. Lower it, so that bringing buyers pays more than bringing recruiters."),
    "pay_for_heads": _("The referrer is paid for a friend who has not bought anything. Pay by head count is unlawful in China (Regulations on the Prohibition of Pyramid Selling, art. 7): give the reward after a purchase."),
    "pay_for_heads_notice": _("The referrer is rewarded before the friend has bought anything. Watch for made-up friends, and never let such rewards reach a second level."),
    "join_fee": _("People would have to pay before they may refer. An entry fee is unlawful (Regulations on the Prohibition of Pyramid Selling, art. 7): take it out."),
    "pyramid_words": _("“%(words)s” speaks of recruiting, entry fees or many levels. Such promises are unlawful: say what people get for a friend's purchase."),
    "rules_text_missing": _("The small print is missing. The rules of a promotion have to be published (Interim Provisions on Regulating Promotions): write them in both languages."),
    "end_missing": _("Cash is promised without an end. The time of a promotion has to be published (Interim Provisions on Regulating Promotions): set an end."),
    "tax_per_payment": _("One person may get more than %(threshold)s in cash in one payment: income tax may have to be withheld. Source: %(source)s. Ask your accountant."),
    "tax_per_year": _("One person may get more than %(threshold)s in cash in a year: it may have to be reported or taxed. Source: %(source)s. Ask your accountant."),
    "tax_unknown": _("Cash to a person can be taxable income. We have no figure for your country and currency: ask your accountant."),
    "business_bribery": _("Cash to somebody who acts for a company can be a bribe (Anti-Unfair Competition Law, art. 8; Bribery Act 2010). Let them confirm that their employer allows it."),
}  # fmt: skip

LIMITS = {
    "per_referrer_day": _("one referrer, one day"), "per_referrer_30_days": _("one referrer, 30 days"),
    "per_referrer": _("one referrer, in all"), "per_campaign_day": _("whole campaign, one day"),
    "per_campaign_30_days": _("whole campaign, 30 days"), "per_campaign": _("whole campaign, in all"),
}  # fmt: skip
BY_WORTH = _("%(limit)s, by worth")

# What could stand there instead, in the language of the text. Data, not translations.
INSTEAD = {
    "share_for_reward": {
        "zh-hans": "好友首次下单并过了退货期后，我们以一份谢礼感谢您。",
        "en": "Once a friend's first order is paid and kept, we thank you with a present.",
    },
    "forced_share": {
        "zh-hans": "活动规则都在本页，欢迎慢慢看。",
        "en": "Everything about the offer is on this page. Take your time.",
    },
    "help_task": {
        "zh-hans": "如果您的朋友也需要，把您的专属码告诉他；他首次下单后，您会收到谢礼。",
        "en": "If a friend needs it too, tell them your code. After their first order you receive a thank-you.",
    },
    "collect_likes": {"zh-hans": "喜欢的话，欢迎到店坐坐。", "en": "If you like us, come and see us."},
    "moments_for_reward": {
        "zh-hans": "海报可以保存，二维码长期有效；好友首单后，您会收到谢礼。",
        "en": "Keep the poster; its code stays valid. After a friend's first order you receive a thank-you.",
    },
    "red_packet_fission": {
        "zh-hans": "好友首单付款后，谢礼会存入您的账户。",
        "en": "When a friend's first order is paid, your thank-you is put into your account.",
    },
    "pay_for_contacts": {
        "zh-hans": "好友首次消费后，您和好友各得一份礼。",
        "en": "After a friend's first purchase, both of you receive something.",
    },
    "invite_for_reward": {
        "zh-hans": "您推荐的好友首次下单后，您会收到一份谢礼。",
        "en": "When a friend you told about us places a first order, you receive a thank-you.",
    },
    "follow_for_reward": {"zh-hans": "新品和活动，公众号里都有。", "en": "New things are announced on our account."},
    "evades_checks": {"zh-hans": "", "en": ""},
    "pyramid_words": {
        "zh-hans": "好友首次下单后，您会收到一份谢礼。",
        "en": "When a friend places a first order, you receive a thank-you.",
    },
}
