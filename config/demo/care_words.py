"""What people say and do in the demo's tasks, visits and cases: data only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    topics: tuple[str, ...]
    causes: tuple[str, ...]
    plan_names: tuple[str, str]
    after_order: tuple[tuple[str, str], ...]  # title, script
    regular: tuple[str, str]
    questions: tuple[str, ...]
    answer: str
    findings: tuple[tuple[int, bool, bool, str], ...]
    cases: tuple[tuple[str, str, str], ...]  # subject, description, answer
    note: str
    customer_says: str
    reopened: str
    comments: tuple[str, str]
    kinds: tuple[str, ...]
    missed: str
    script: str
    description: str
    checklist: tuple[str, ...]
    comment: str
    hand_over: str


WORDS = {
    "en": Words(
        topics=("Product", "Delivery", "Payment", "Service"),
        causes=("Our mistake", "Carrier", "Misunderstanding"),
        plan_names=("After an order", "Regulars, every quarter"),
        after_order=(
            ("Ask whether everything arrived well", "Hello, it is Acme. Did your coffee arrive fresh and in one piece?"),
            ("Ask how the coffee tastes", "You have had it for a month: how does it taste, and how do you brew it?"),
            ("Ask what they would like next", "Three months on: time for something new? We have a fresh Ethiopia."),
        ),
        regular=("Call a regular", "Just a call to ask how you are doing, and whether we can do anything better."),
        questions=("How do they brew?",),
        answer="V60, every morning",
        findings=(
            (5, False, False, "Very happy, brews every day."), (4, False, True, "Would like a kilo next time."),
            (5, False, False, "Shares it at the office."), (2, True, False, "The bag was torn, half of it stale."),
            (4, False, False, "Likes it, a little too dark."), (3, False, False, "Has not opened it yet."),
            (5, False, True, "Asked about the grinder."),
        ),
        cases=(
            ("Bag arrived torn", "The valve side was open and the beans are stale.", "We sent a fresh bag by first class."),
            ("Wrong grind", "Ordered whole beans, got filter grind.", "Whole beans are on their way, keep the others."),
            ("Charged twice", "Two payments of £34.00 on the same day.", "The second payment was given back."),
            ("Kettle does not keep temperature", "It drops by ten degrees.", "Please send it back, a new one is packed."),
            ("Subscription paused by itself", "No delivery in October.", "It runs again; October was added for free."),
            ("Cup with a chip", "One of the pair has a chip.", "A new cup was sent today."),
            ("Parcel left in the rain", "The box was soaked.", "We complained to the carrier and sent another."),
            ("Which grind for a moka pot?", "The manual does not say.", "Which burr setting do you use now?"),
            ("Invoice for the office", "Needs an invoice with the VAT number.", "We ask our accounts for it today."),
            ("Workshop on another day", "Can she move to the spring date?", "We look for a place in March."),
            ("Grinder squeaks", "It began last week.", "Could you send us a short recording?"),
            ("Parcel says delivered, is not here", "Neighbours have not seen it.", "We ask the carrier."),
        ),
        note="Checked the order: packed on Monday, nothing unusual.",
        customer_says="Thank you, that would help.",
        reopened="The second parcel was wet as well.",
        comments=("Quick and friendly.", "It took too long and nobody called back."),
        kinds=(
            "Call about the tasting evening", "Visit the new café in Leeds", "Tell her the Guji is back",
            "Send the price list", "Count the samples", "Ask how the grinder works out",
        ),
        missed="Call back about the wholesale order",
        script="Hello, it is Acme Coffee. We open a new lot on Friday evening, and there is a chair for you.",
        description="They open in December and look for a roaster. Bring two bags of the house espresso.",
        checklist=("House espresso", "Ethiopia Guji", "Decaf"),
        comment="They prefer mornings. Ask for Beth.",
        hand_over="I am away until Monday, could you take this one?",
    ),
    "zh-hans": Words(
        topics=("产品", "物流", "付款", "服务"),
        causes=("我方失误", "承运商", "误会"),
        plan_names=("下单后回访", "忠实客户季度联系"),
        after_order=(
            ("确认是否完好收货", "您好，这里是春熙美妆。请问商品是否完好送达？使用前建议先做耳后测试。"),
            ("询问使用感受", "您已经使用一个月了，感觉怎么样？肤感和香味还喜欢吗？"),
            ("了解下一步需求", "转眼三个月了，需要补货或者换一款试试吗？我们有新品小样可以寄给您。"),
        ),
        regular=("联系老客户", "打电话问候一下，看看最近有什么我们能做得更好的。"),
        questions=("肤质类型",),
        answer="混合性",
        findings=(
            (5, False, False, "非常满意，每天都在用。"), (4, False, True, "想再买一瓶精华水。"),
            (5, False, False, "已经推荐给同事。"), (2, True, False, "瓶口漏液，包装湿了。"),
            (4, False, False, "喜欢，觉得香味略浓。"), (3, False, False, "还没开封。"),
            (5, False, True, "询问节日礼盒。"),
        ),
        cases=(
            ("面霜瓶盖破损", "收到时瓶盖裂开。", "已免费补寄一瓶，请留意查收。"),
            ("口红色号发错", "订的是豆沙色，收到正红色。", "正确色号已寄出，原来的请您留着。"),
            ("重复扣款", "同一天扣了两次 168 元。", "第二笔已原路退回。"),
            ("使用后脸部发红", "用了洁面后有些发红。", "请先停用，我们安排皮肤顾问联系您。"),
            ("会员积分未到账", "上次消费的积分没有显示。", "积分已补记到账户。"),
            ("眼影盘碎粉", "第三格碎了。", "新眼影盘今天已寄出。"),
            ("快递放在门口被淋湿", "外盒全湿了。", "已向快递投诉，并重新发货。"),
            ("粉底液如何选色号", "不知道选一号还是二号。", "请问您平时偏暖调还是冷调？"),
            ("需要公司抬头发票", "企业采购需要专用发票。", "已转给财务，今天开具。"),
            ("改约皮肤护理时间", "想改到周末下午。", "正在为您查看周末档期。"),
            ("化妆刷掉毛", "用了两次就掉毛。", "方便拍一张照片给我们吗？"),
            ("显示签收但未收到", "邻居和驿站都没有。", "我们正在向快递核实。"),
        ),
        note="已核对订单，周一发货，无异常。",
        customer_says="好的，谢谢，麻烦你们了。",
        reopened="第二次收到的还是湿的。",
        comments=("处理很快，态度也好。", "等了太久，没有人回电话。"),
        kinds=("电话邀约新品体验", "拜访企业礼盒客户", "通知顾客新色号到货", "发送团购报价", "盘点小样", "回访面霜使用情况"),
        missed="回电沟通企业团购",
        script="您好，这里是春熙美妆。周五晚上有新品体验会，给您留了一个位置，方便过来吗？",
        description="客户十二月举办年会，需要六十份礼盒。请带两款样品。",
        checklist=("玫瑰精华水小样", "修护面霜小样", "口红试色卡"),
        comment="对方上午比较方便，联系人王姐。",
        hand_over="我周一前不在，请帮忙跟进一下。",
    ),
}  # fmt: skip
