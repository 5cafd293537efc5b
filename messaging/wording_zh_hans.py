"""The house wording in Simplified Chinese: kind → channel → (subject, text)."""

WORDING = {
    "confirmation": {
        "email": (
            "您的验证码：{digits}",
            "您好！您在{organisation}的验证码是：\n\n{digits}\n\n"
            "请回到刚才的页面填写。{organisation}的工作人员绝不会向您索要验证码。\n\n"
            "如果不是您本人操作，请忽略本邮件，不会产生任何影响。",
        ),
    },
    "member_login": {
        "email": (
            "您的登录验证码：{digits}",
            "您好！您登录{organisation}会员中心的验证码是：\n\n{digits}\n\n"
            "验证码几分钟内有效，且只能使用一次。{organisation}的工作人员绝不会向您索要验证码。\n\n"
            "如果不是您本人操作，请忽略本邮件；没有验证码，任何人都无法登录。",
        ),
    },
    "referral_waiting": {
        "email": (
            "{organisation}的邀请还差一步",
            "您好！\n\n您已开始接受{organisation}的邀请，只差最后的验证。打开页面，重新获取验证码即可完成。\n\n"
            "如果您改变了主意，无需任何操作。我们不会再次提醒，邀请到期后您填写的信息会被删除。",
        ),
    },
    "referral_confirmed": {
        "email": (
            "{friend}接受了您的邀请",
            "{name}，您好！\n\n{friend}已接受您的邀请，参加了“{campaign}”。感谢您的引荐！\n\n"
            "有奖励时我们会第一时间通知您，您也可以随时在会员中心查看进展。",
        ),
        "in_app": ("{friend}接受了您的邀请", "“{campaign}”：有奖励时我们会通知您。"),
    },
    "welcome": {
        "email": (
            "欢迎来到{organisation}",
            "{name}，您好！\n\n欢迎来到{organisation}。您经{referrer}引荐参加了“{campaign}”，很高兴认识您。\n\n"
            "您可以获得的礼遇和条件，都在会员中心里。",
        ),
        "in_app": ("欢迎来到{organisation}", "您经{referrer}引荐参加了“{campaign}”。"),
    },
    "offer_waiting": {
        "email": (
            "{organisation}的新人礼还在等您",
            "{name}，您好！\n\n“{campaign}”的新人礼您还没有使用，使用条件请见会员中心。\n\n"
            "如果不想再收到此类邮件，可以在偏好设置中关闭。",
        ),
        "in_app": ("新人礼还在等您", "“{campaign}”的新人礼您还没有使用。"),
    },
    "reward_accrued": {
        "email": (
            "{reward}即将到账",
            "{name}，您好！\n\n{reason}，您将获得{reward}，今天已记入。{available_on}起可用；如在此之前退货，奖励将相应扣减。\n\n"
            "每一步的说明都可以在会员中心查看。",
        ),
        "in_app": ("{reward}即将到账", "{reason_title}。{available_on}起可用，期间退货将相应扣减。"),
    },
    "reward_settled": {
        "email": (
            "{reward}已到账",
            "{name}，您好！\n\n{reason}，您获得的{reward}已过等待期，现在可以使用了。\n\n详情请见会员中心。",
        ),
        "in_app": ("{reward}已到账", "{reason_title}。等待期已过，现在可以使用。"),
    },
    "reward_reversed": {
        "email": (
            "您的奖励有变动",
            "{name}，您好！\n\n{cause}，您{reason}所得的奖励被收回{reward}，该笔奖励您仍保留{kept}。\n\n"
            "计算过程请见会员中心。如有疑问，请直接回复本邮件。",
        ),
        "in_app": ("收回{reward}", "{cause}。该笔奖励您仍保留{kept}。"),
    },
    "reward_restored": {
        "email": (
            "您的奖励已恢复",
            "{name}，您好！\n\n{cause}，您{reason}所得的奖励已恢复{reward}，该笔奖励您现有{kept}。\n\n计算过程请见会员中心。",
        ),
        "in_app": ("恢复{reward}", "{cause}，该笔奖励您现有{kept}。"),
    },
    "tier_changed": {
        "email": (
            "您的会员等级变为{tier}",
            "{name}，您好！\n\n您在{organisation}的会员等级现为{tier}。\n\n等级权益以及升级条件，请见会员中心。",
        ),
        "in_app": ("您的会员等级变为{tier}", "等级权益请见会员中心。"),
    },
    "survey_invitation": {
        "email": (
            "{survey}",
            "{name}，您好！\n\n{organisation}想听听您的想法：{survey}\n\n"
            "大约一分钟即可完成，每份回答都有专人查看。请点击下方按钮打开您的专属页面，仅可填写一次。",
        ),
    },
    "points_expiring": {
        "email": (
            "您有{points}即将到期",
            "{name}，您好！\n\n您在{organisation}的账户中有{points}将于{expires_on}结束时到期。\n\n"
            "余额和使用方式请见会员中心。",
        ),
        "in_app": ("您有{points}即将到期", "最后可用日期：{expires_on}。"),
    },
    "texted_back": {
        "email": ("{customer}回复了短信", "{name}，您好！\n\n{customer}回复了短信：\n\n{text}"),
        "in_app": ("{customer}回复了短信", "{text}"),
    },
    "texts_used_up": {
        "email": (
            "今日短信额度已用完",
            "{name}，您好！\n\n{organisation}每天最多发送 {count} 条短信，今日额度已用完。"
            "零点之前，登录和确认所需的验证码无法通过短信发送，其余短信将在明早补发。\n\n"
            "如果这不是您的活动所致，请查看是否有人恶意获取验证码。额度可在“短信”页面调整。",
        ),
        "in_app": ("今日短信额度已用完", "{count} 条已全部发出，零点之前验证码无法通过短信发送。"),
    },
    "books_broken": {
        "email": (
            "{organisation}的账目不平",
            "{name}，您好！\n\n账目核验发现了问题，未通过的规则数：{rules}。\n\n"
            "“核对账目”页面会指出每条规则的第一处错误，并说明含义。请在下次付款前查明原因。",
        ),
        "in_app": ("账目不平", "未通过的规则数：{rules}，请尽快查明原因。"),
    },
    "promises_late": {
        "email": (
            "有 {count} 份奖励超过承诺日期",
            "{name}，您好！\n\n有 {count} 份奖励本应已经到账，最早的一份承诺日期是{promised_on}。\n\n原因：{causes}。",
        ),
        "in_app": ("有 {count} 份奖励超过承诺日期", "最早承诺于{promised_on}。{causes}。"),
    },
    "budget_reached": {
        "email": (
            "预算“{budget}”已使用 {percent}%",
            "{name}，您好！\n\n预算“{budget}”共 {limit}，其中 {used} 已承诺、已结算或已使用。{outlook}",
        ),
        "in_app": ("预算“{budget}”已使用 {percent}%", "已使用 {used}，共 {limit}。{outlook}"),
    },
    "budget_below": {
        "email": (
            "预算“{budget}”回落到 {percent}% 以下",
            "{name}，您好！\n\n由于奖励被收回或过期，预算“{budget}”目前使用 {used}，共 {limit}。{outlook}",
        ),
        "in_app": ("预算“{budget}”回落到 {percent}% 以下", "已使用 {used}，共 {limit}。{outlook}"),
    },
    "gift_ordered": {
        "email": (
            "“{gift}”正在为您准备",
            "{name}，您好！\n\n我们正在为您准备“{gift}”，单号：{code}。\n\n{next}\n\n"
            "您可以在会员中心查看每一步进展；发出之前，随时可以取消。",
        ),
        "in_app": ("“{gift}”正在为您准备", "单号 {code}。{next}"),
    },
    "gift_shipped": {
        "email": ("“{gift}”已寄出", "{name}，您好！\n\n“{gift}”已经寄出。{parcel}\n\n单号：{code}"),
        "in_app": ("“{gift}”已寄出", "{parcel}"),
    },
    "gift_ready": {
        "email": (
            "“{gift}”可以领取了",
            "{name}，您好！\n\n“{gift}”已备好，欢迎到{organisation}领取。领取时请出示单号：{code}",
        ),
        "in_app": ("“{gift}”可以领取了", "领取时请出示单号：{code}"),
    },
    "gift_delivered": {
        "email": (
            "“{gift}”已送达",
            "{name}，您好！\n\n“{gift}”应该已经到您手中，希望您喜欢。\n\n"
            "单号：{code}\n如果有任何问题，或者没有收到，请直接回复本邮件。",
        ),
        "in_app": ("“{gift}”已送达", "单号 {code}。如有问题，请告诉我们。"),
    },
    "gift_issued": {
        "email": (
            "“{gift}”已到账",
            "{name}，您好！\n\n“{gift}”现在可以使用了。使用方式请见会员中心，单号 {code}。",
        ),
        "in_app": ("“{gift}”已到账", "点开查看使用方式。"),
    },
    "gift_cancelled": {
        "email": ("“{gift}”的兑换已取消", "{name}，您好！\n\n“{gift}”（单号 {code}）已取消。{given_back}"),
        "in_app": ("“{gift}”的兑换已取消", "{given_back}"),
    },
    "gift_returned": {
        "email": ("“{gift}”已退回", "{name}，您好！\n\n我们已收到您退回的“{gift}”（单号 {code}）。{given_back}"),
        "in_app": ("“{gift}”已退回", "{given_back}"),
    },
    "claim_opened": {
        "email": (
            "已收到您对{friend}的推荐申诉",
            "{name}，您好！\n\n我们已收到您的说明：{friend}是由您推荐的。我们会核对全部记录，并在几个工作日内告知您结果。",
        ),
        "in_app": ("已收到您对{friend}的推荐申诉", "有结果后会第一时间通知您。"),
    },
    "claim_contested": {
        "email": (
            "有人对{friend}的推荐归属提出申诉",
            "{name}，您好！\n\n{friend}目前记为您推荐的朋友。另有一位客户表示是自己推荐的。"
            "在有结果之前，尚未发放的相关奖励会暂缓发放，不会丢失。\n\n您无需操作；如想补充说明，直接回复本邮件即可。",
        ),
        "in_app": ("有人对{friend}的推荐归属提出申诉", "有结果之前，相关奖励暂缓发放。"),
    },
    "claim_decided": {
        "email": (
            "{friend}的推荐归属已有结果",
            "{name}，您好！\n\n{result}\n\n具体理由请见会员中心。如有异议，您可以在会员中心申请一次复议，由另一位同事处理。",
        ),
        "in_app": ("{friend}的推荐归属已有结果", "{result}"),
    },
    "claim_appealed": {
        "email": (
            "{friend}的推荐归属正在复议",
            "{name}，您好！\n\n针对{friend}推荐归属的结果，已有人申请复议，由另一位同事重新处理，复议结果为最终结果。"
            "在此之前，尚未发放的奖励暂缓发放。",
        ),
        "in_app": ("{friend}的推荐归属正在复议", "由另一位同事处理，结果为最终结果。"),
    },
    "payout_paid": {
        "email": (
            "{amount}已打款给您",
            "{name}，您好！\n\n您的现金奖励{amount}已打款至您填写的收款账户，银行流水中的附言编号为 {reference}。\n\n"
            "款项对应哪些奖励，请见会员中心。",
        ),
        "in_app": ("{amount}已打款", "已打款至您填写的收款账户，编号 {reference}。"),
    },
    "payout_failed": {
        "email": (
            "{amount}打款未成功",
            "{name}，您好！\n\n您的现金奖励{amount}（编号 {reference}）打款未成功。"
            "款项仍属于您，我们会在下一次打款时重新支付。\n\n"
            "最常见的原因是收款账户填写有误，请在会员中心核对。",
        ),
        "in_app": ("{amount}打款未成功", "款项仍属于您，请核对您的收款账户。"),
    },
    "payout_account_changed": {
        "email": (
            "您的收款账户已变更",
            "{name}，您好！\n\n您在{organisation}的现金奖励收款账户刚刚变更。\n\n"
            "如果不是您本人操作，请立即回复本邮件告知我们。",
        ),
        "in_app": ("您的收款账户已变更", "如果不是您本人操作，请立即联系我们。"),
    },
    "lead_assigned": {
        "email": (
            "新线索：{customer}",
            "{name}，您好！\n\n{customer}提交了咨询，已分配给您。\n"
            "请在{due_on} {due_time}前回复。客户需求和话术见线索页面。",
        ),
        "in_app": ("新线索：{customer}", "请在{due_on} {due_time}前回复"),
    },
    "lead_due_soon": {
        "email": (
            "{customer}正在等待回复",
            "{name}，您好！\n\n{customer}仍在等待您的首次回复，请在{due_on} {due_time}前完成。\n\n"
            "如无法处理，请交接给同事。",
        ),
        "in_app": ("{customer}正在等待回复", "请在{due_on} {due_time}前回复"),
    },
    "lead_overdue": {
        "email": (
            "未按时回复：{customer}",
            "{name}，您好！\n\n{customer}的首次回复应于{due_on} {due_time}前完成。\n当前负责人：{assignee}\n\n"
            "请安排人员尽快回复，或交接给他人。",
        ),
        "in_app": ("未按时回复：{customer}", "{assignee} · 应于{due_on} {due_time}前回复"),
    },
    "lead_unassigned": {
        "email": (
            "线索无人接收：{customer}",
            "{name}，您好！\n\n{customer}提交了咨询，但没有规则能找到合适的人，线索已进入公海。\n请指派负责人，并检查分配规则。",
        ),
        "in_app": ("线索无人接收：{customer}", "线索已进入公海。"),
    },
    "follow_up_due": {
        "email": (
            "即将到期：{task}",
            "{name}，您好！\n\n“{task}”将于{due_on} {due_time}到期。\n客户：{customer}\n\n话术见任务详情。",
        ),
        "in_app": ("即将到期：{task}", "{customer} · {due_on} {due_time}"),
    },
    "follow_up_overdue": {
        "email": (
            "已逾期：{task}",
            "{name}，您好！\n\n“{task}”应于{due_on} {due_time}完成，目前仍未处理。\n客户：{customer}\n\n"
            "请尽快完成，或转交给同事。",
        ),
        "in_app": ("已逾期：{task}", "{customer} · 应于{due_on} {due_time}完成"),
    },
    "follow_up_escalated": {
        "email": (
            "长时间逾期：{task}",
            "{name}，您好！\n\n“{task}”应于{due_on} {due_time}完成，至今无人处理。\n"
            "客户：{customer}\n负责人：{assignee}\n\n请安排人员跟进。",
        ),
        "in_app": ("长时间逾期：{task}", "{customer} · {assignee} · 应于{due_on} {due_time}完成"),
    },
    "case_opened": {
        "email": (
            "已收到您的问题 {number}：{subject}",
            "{name}，您好！\n\n感谢您的反馈。您的问题“{subject}”已登记，编号 {number}。我们正在处理，会及时与您联系。\n\n"
            "后续咨询时请提供编号 {number}。",
        ),
        "in_app": ("已收到您的问题 {number}", "“{subject}”正在处理中。"),
    },
    "case_reply": {
        "email": ("您的问题 {number}：{subject}", "{name}，您好！\n\n{text}\n\n您的问题：{number} “{subject}”"),
        "in_app": ("您的问题 {number} 已有回复", "{text}"),
    },
    "case_rating": {
        "email": (
            "请为 {number} 的处理结果打分",
            "{name}，您好！\n\n您的问题“{subject}”（{number}）已处理完毕。\n\n处理结果：{resolution}\n\n"
            "您对这次处理满意吗？请打一至五颗星，只需十秒，无需登录。",
        ),
        "in_app": ("请为 {number} 的处理结果打分", "“{subject}”已处理完毕，请打一至五颗星。"),
    },
    "case_given": {
        "email": (
            "工单 {number} 由您负责：{subject}",
            "{name}，您好！\n\n工单 {number}“{subject}”已分配给您。\n客户：{customer}",
        ),
        "in_app": ("工单 {number} 由您负责：{subject}", "{customer}"),
    },
    "case_heard": {
        "email": (
            "工单 {number}：客户有新留言",
            "{name}，您好！\n\n{customer}在工单 {number}“{subject}”中留言：\n\n{text}",
        ),
        "in_app": ("工单 {number}：{customer}有新留言", "{text}"),
    },
    "task_handed": {
        "email": (
            "任务已交接给您：{task}",
            "{name}，您好！\n\n“{task}”已交接给您，将于{due_on} {due_time}到期。\n客户：{customer}\n\n"
            "{note}\n\n请在任务中确认接手。",
        ),
        "in_app": ("任务已交接给您：{task}", "{customer} · {due_on} {due_time}\n{note}"),
    },
    "pool_warned": {
        "email": (
            "即将回到公海的客户：{count} 位",
            "{name}，您好！\n\n您负责的客户中有 {count} 位许久没有跟进，将于{due_on}回到公海。\n"
            "打个电话、发条消息或上门拜访，客户便会继续由您负责。",
        ),
        "in_app": ("即将回到公海的客户：{count} 位", "{due_on}前联系一次，即可继续由您负责"),
    },
    "pool_recycled": {
        "email": (
            "已回到公海的客户：{count} 位",
            "{name}，您好！\n\n您负责的客户中有 {count} 位许久没有跟进，已回到公海，可由同事领取。",
        ),
        "in_app": ("已回到公海的客户：{count} 位", "许久没有跟进"),
    },
    "mentioned": {
        "email": (
            "{colleague}提到了您",
            "{name}，您好！\n\n{colleague}在客户{customer}的记录中提到了您，请打开客户页面查看。",
        ),
        "in_app": ("{colleague}提到了您", "客户{customer}的记录"),
    },
    "hand_over_asked": {
        "email": (
            "{colleague}向您交接一位客户",
            "{name}，您好！\n\n{colleague}希望由您接手客户{customer}。{along}\n请打开客户页面查看说明，并选择接手或婉拒。",
        ),
        "in_app": ("{colleague}向您交接一位客户", "{customer} · 请接手或婉拒"),
    },
    "hand_over_answered": {
        "email": ("{colleague}{answer}：{customer}", "{name}，您好！\n\n{colleague}{answer}。客户：{customer}。"),
        "in_app": ("{colleague}{answer}", "{customer}"),
    },
}
