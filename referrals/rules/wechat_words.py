# ruff: noqa: E501 (patterns stand on one line each, and look for full-width signs)
"""What inducing texts are made of, in Chinese and English, with the ways in which they are disguised.

Source: 《微信外部链接内容管理规范》 2.1.2 (no sharing for cash, coupons or points; no help-me tasks; no collecting) and 2.1.3 (no
pages that must be shared to go on). Patterns see a text that was made plain first (wechat.py): simplified, half-width, lower case;
in the Chinese one without spaces and decoration, 。 ends a sentence and ， a clause.
"""

# Traditional and look-alike characters. One character each, so that places in the text stay true.
LIKENESSES = str.maketrans(
    "轉転發髮讚贊攢領邀請紅獎勵幫價優錢買單費購碼註冊關點積團隊禮贈賺還級線頭員為個們會給滿現復複鏈掃進載薦門實後纔開鎖繼續變斷獲贏換減親圖傳轟訂繳約餐應齊曬羣閨擊額僅憑過內種誰這條讓層稅傘係",
    "转转发发赞赞攒领邀请红奖励帮价优钱买单费购码注册关点积团队礼赠赚还级线头员为个们会给满现复复链扫进载荐门实后才开锁继续变断获赢换减亲图传轰订缴约餐应齐晒群闺击额仅凭过内种谁这条让层税伞系",
)  # fmt: skip
PICTURES = {"🧧": "红包", "💰": "现金", "💵": "现金", "🎁": "礼品", "👍": "点赞"}

_SHARE = (
    r"(?:分享(?!会(?!员)|课|沙龙|讲座|嘉宾|快乐|经济|者|使用|心得|感受|经验)|分亨|分想|芬享|份享|纷享|fenxiang|fen享|分xiang"
    r"|转发|转法|转伐|传发|zhuanfa|转fa|zhuan发|转给|转到|转至|转群|发到?(?:朋友圈|朋友全|朋友券|pyq|微信群|群里)|发圈|晒圈"
    r"|晒单|晒图|晒到?(?:朋友圈|pyq|群)|群发|群转)"
)
_THING = r"(?:红包|红苞|宏包|hongbao|现金|积分|券|礼|奖|元|块|¥|折|免单|会员|福利|钱|话费|流量|提现|返现|佣金|\d)"
_GAIN = (
    r"(?:得(?!知|到回|体|以|益|了解|空)|领(?!导|先|域|略|养)|赚|返(?!程|校|乡)|送(?!货|达|餐|到家|上)|抽(?!空|时间)|赢|拿(?!铁)|换(?!季|货)"
    r"|获(?:得|赠|取)|有礼|有奖|有赏|奖励|免费|免单|立减|享受?[\d一二三四五六七八九半])"
)
_BUY = r"(?:首单|下单|消费|购买|成交|付款|支付|买了|买单|购物|签约|缴费|付费|实付|购课|入住|核销|合作|订单|回款|用餐|订购|采购|报名课程)"
_NO_BUY = rf"(?:(?!{_BUY})[^。])"
_INVITE = r"(?:邀请?|喊|拉|叫|介绍|推荐)(?:(?!我们)[^。，]){0,6}?(?:好友|朋友|亲友|同学|同事|闺蜜|家人|新人|新用户|\d+个?人|\d+位|[两三五十]人|[两三五十]位|微信群)"
_NOT = r"(?<!不)(?<!勿)(?<!谢绝)(?<!拒绝)(?<!无需)(?<!不用)(?<!不必)(?<!禁止)(?<!不搞)(?<!没有)(?<!不参与)(?<!不得)"

# Of each code: patterns over the plain Chinese text.
CHINESE: dict[str, tuple[str, ...]] = {
    "share_for_reward": (
        rf"{_NOT}{_SHARE}(?:(?!{_BUY})[^。，]){{0,14}}?{_GAIN}(?:[^。，]{{0,6}}{_THING})?",
        rf"{_NOT}{_SHARE}{_NO_BUY}{{0,18}}?，(?:(?!{_BUY})[^。，]){{0,6}}{_GAIN}[^。，]{{0,8}}?{_THING}",
        rf"{_THING}{_NO_BUY}{{0,8}}?(?:只需|仅需|只要|需要?|凭|靠|条件|方式|方法|就在于){_NO_BUY}{{0,4}}?{_SHARE}",
        rf"想(?:要|拿|领)?(?:[^。，]{{0,10}}){_THING}?，?(?:就|请|先|快|赶紧)(?:[^。，]{{0,4}}){_SHARE}",
        rf"每(?:一?次)?{_SHARE}[^。]{{0,8}}?{_THING}",
        rf"领取?(?:[^。，]{{0,10}}){_SHARE}(?:截图|链接|海报|到|后)",
        rf"{_SHARE}(?:任务|奖励|返利|佣金|提成|红包)",
    ),
    "forced_share": (
        rf"{_SHARE}(?:[^。，]{{0,6}})(?:后|完|才|方|即)?(?:才|方|即)?(?:可|能|会)(?:查看|观看|见|看|解锁|继续|下载|阅读|参与|开启)",
        rf"(?:必须|务必|一定要){_SHARE}",
        rf"{_SHARE}(?:到|给|至)?(?:\d+|[两三五十])个?(?:微信)?(?:群|好友|人|朋友)",
        r"不转(?:发)?(?:就)?不是|转发(?:保平安|好运)",
        rf"{_SHARE}(?:[^。，]{{0,6}})解锁",
    ),
    "help_task": (
        r"(?:邀请?|找|喊|叫|请|求|帮|拉)[^。，]{0,8}(?:助力|助攻|助劦|zhuli|助li)",
        r"(?:好友|朋友|闺蜜|亲友)(?:来|帮我|帮你)?(?:助力|助攻)",
        r"助力(?:成功|满|值|码|即|得|领|有礼|抽|红包|免单|拿|任务|活动|榜|\d+|[两三五十][人位次])",
        r"(?:为|帮|给)(?:我|你|您|ta|他|她)(?:助力|加油助威得|拆|砍|点赞|投票|集|加速)",
        r"帮(?:忙|我|拆|砍|点)(?:拆|砍|点|投票|点赞|一刀)",
        rf"{_NOT}(?:砍一刀|砍价|坎价|看价0元|kanjia|砍jia|砍到0元|0元砍)",
        r"(?:求|帮忙)(?:点赞|投票|助攻|扩散领)",
        r"(?:组队|组团|拼手气)[^。]{0,8}(?:瓜分|抢红包|开红包)",
        r"瓜分(?:现金|红包|奖金|¥?\d+)",
    ),
    "collect_likes": (
        rf"{_NOT}(?:集|攒|积|凑|求|刷)(?:齐|够|满|到)?(?:\d+|[两三五十百])?个?(?:点?赞|攒(?:领|得|送)|瓒)(?!扬|美|叹|同)",
        r"点赞(?:数|满|得|领|送|抽|前|最多|达|过|第)",
        rf"点赞[^。]{{0,4}}(?:截图|评论)?{_GAIN}[^。，]{{0,8}}{_THING}",
        r"(?:集|收集)(?:齐|满|够)?[^。，]{0,4}(?:卡片?|福|字)(?:即|就|可|得|领|抽|换|瓜分)",
        r"jizan|集zan|ji赞",
    ),
    "moments_for_reward": (
        rf"(?:朋友圈|朋友全|朋友券|pyq|moments)(?:(?!{_BUY})[^。]){{0,10}}?(?:截图|保留|打卡|凭|领|送|减|抽|换|赢|返|得(?!知))",
        r"(?:凭|出示|上传)[^。，]{0,6}(?:转发|分享|朋友圈)(?:截图|记录)",
    ),
    "red_packet_fission": (
        r"(?:红包|红苞|宏包|hongbao|优惠券|拼团)(?:裂变|分裂|接力)|裂变(?:红包|券|海报|活动|任务)|(?<!细胞)(?<!核)裂变(?:拉新|获客|奖)",
        rf"(?:拆|开|抢|领)[^。，]{{0,4}}(?:红包|红苞|宏包|hongbao){_NO_BUY}{{0,10}}?(?:好友|朋友|邀|转|分享|群)",
        rf"(?:好友|朋友|邀|群){_NO_BUY}{{0,8}}?(?:一起|来|帮)?(?:拆|开|抢|领)(?:现金)?(?:红包|红苞|宏包|hongbao)",
    ),
    "pay_for_contacts": (
        rf"(?:好友|朋友|新人|新用户|亲友|人){_NO_BUY}{{0,8}}?(?:注册|关注|扫码|加群|进群|入群|下载|填手机|填写手机|加微信|加v|加薇|授权){_NO_BUY}{{0,10}}?(?:您|你|双方|都|各|即|就|再)?{_GAIN}[^。，]{{0,10}}?{_THING}",
        r"拉新(?:有礼|有奖|奖励|返现|得|赚|领|送|一?[人个位])",
        r"(?:拉|进|加)群(?:就|即|后)?(?:领|得|送|抽|有礼|发红包)",
    ),
    "invite_for_reward": (
        rf"(?<!您的朋友){_INVITE}{_NO_BUY}{{0,16}}?{_GAIN}[^。，]{{0,8}}?{_THING}",
        rf"(?:邀请|推荐|介绍)(?:好友)?(?:有礼|有奖|返现|赚钱|得红包|得现金|领红包)(?!{_BUY})",
        rf"每(?:邀请|推荐|介绍|拉){_NO_BUY}{{0,8}}?(?:人|位|个|名){_NO_BUY}{{0,8}}?{_THING}",
        rf"(?:邀|yao)请?(?:\d+|[两三五十])(?:人|位|个){_NO_BUY}{{0,6}}?{_GAIN}",
    ),
    "follow_for_reward": (
        rf"(?:关注|guanzhu)(?:我们|公众号|视频号|账号)?{_NO_BUY}{{0,6}}?(?:即|就|可|后|立)?{_GAIN}[^。，]{{0,8}}?{_THING}",
    ),
    "evades_checks": (
        r"(?:复制|拷贝)[^。]{0,12}(?:浏览器|safari|chrome)(?:中|里)?(?:打开|领)|(?:浏览器|safari)(?:中|里)?打开[^。，]{0,6}(?:领|得|抽|分享)",
        r"防封|备用(?:域名|链接|网址)|域名轮换|换域名|(?:被|如)封[^。，]{0,4}(?:换|用)",
    ),
}  # fmt: skip

# What stands before the reward in the sentence and makes it a thank-you for a purchase; see wechat.py.
CHINESE_BUY = _BUY
# Of two findings over the same words, the one that says most about them.
BY_WEIGHT = (
    "evades_checks", "help_task", "collect_likes", "forced_share", "moments_for_reward", "pay_for_contacts", "follow_for_reward",
    "red_packet_fission", "share_for_reward", "invite_for_reward",
)  # fmt: skip
BOUGHT_FIRST = ("invite_for_reward", "pay_for_contacts")

_SHARE_EN = (
    r"(?<!a )(?<!market )(?<!fair )(?<!your )(?<!per )(?:\bsh[a4@]r(?:e|es|ed|ing|3)\b(?! of\b| price| capital|holder| a table| your (?:thoughts|story|experience|feedback|views))"
    r"|(?<!look )(?<!looking )(?<!carry )(?<!carried )\bforward(?:s|ed|ing)?\b(?! to (?:seeing|meeting|hearing|your))|\bre-?post(?:s|ed|ing)?\b|\bretweet(?:s|ed|ing)?\b"
    r"|\bpost(?:s|ed|ing)? (?:it |this |about us )?(?:on|to|in) (?:your )?(?:wechat )?(?:moments?|wechat|timeline|feed|story|stories|wall|groups?))"
)
_GET_EN = (
    r"(?:\b(?:get|gets|getting)\b(?! to\b| in\b| started| better| a table| together| ready)|\b(?:win|wins|earn|earns|earning|receive|receives|claim|claims|unlock|unlocks|grab|grabs)\b"
    r"|\brewarded\b|\bfor free\b|\bfree (?:gift|coffee|month|drink|lesson|trial)|\b(?:is|are) yours\b|(?:=|->|→) ?[£$€¥\d])"
)
_PRIZE_EN = r"(?:[£$€¥] ?\d[\d.,]*|\b(?:points?|rewards?|prizes?|gifts?|coupons?|vouchers?|bonus|cash|cashback|credits?|discount)\b|\d+ ?% off)"
_BUY_EN = r"\b(?:orders?|ordered|buys?|bought|purchases?|purchased|spends?|spent|pays?|paid|books?|booked|enrols?|enrolled|visits?|subscribes?|contracts?|deals?|engagement|checkout|customers? who)\b"
_NOT_BUY_EN = rf"(?:(?!{_BUY_EN})[^.!?])"
_FRIENDS_EN = r"(?:friends?|people|contacts|colleagues|mates?|\d+ others)"

ENGLISH: dict[str, tuple[str, ...]] = {
    "share_for_reward": (
        rf"{_SHARE_EN}{_NOT_BUY_EN}{{0,60}}?{_GET_EN}(?:[^.!?]{{0,16}}?{_PRIZE_EN})?",
        rf"{_GET_EN}{_NOT_BUY_EN}{{0,30}}?(?:for|every time you|each time you|when you|if you|once you|by|just|simply|after){_NOT_BUY_EN}{{0,12}}?{_SHARE_EN}(?!{_NOT_BUY_EN}*{_BUY_EN})",
        rf"{_PRIZE_EN}{_NOT_BUY_EN}{{0,20}}?(?:for|per|every time you|each time you|when you|if you|by) (?:each |every |any )?{_NOT_BUY_EN}{{0,10}}?(?:{_SHARE_EN}|\bshares?\b)(?! (?:of|price))(?!{_NOT_BUY_EN}*{_BUY_EN})",
        r"\b(?:every|each) share\b(?! of)|[£$€¥] ?\d[\d.,]* (?:per|for (?:each|every|a)) share\b(?! of)",
        r"\bshare (?:to|and|&|2|\+) ?(?:win|earn|get|save)\b",
    ),
    "forced_share": (
        r"\bshar(?:e|ing) (?:this |it |the page )?(?:first |now )?(?:to|in order to|before you can) (?:unlock|see|continue|view|read|download|open)\b",
        r"\b(?:must|have to|need to) (?:share|forward|repost)\b",
        r"\b(?:share|forward|send|repost) (?:this |it |the link )?(?:with|to|in) (?:\d+|two|three|five|ten) (?:wechat )?(?:groups?|friends?|people|contacts)\b",
        r"\bonly after (?:you )?(?:share|sharing|have shared)\b",
    ),
    "help_task": (
        r"\bhelp me (?:to )?(?:win|unlock|get|claim|earn|cut|slash|drop|reach|collect|boost|open|bargain)\b",
        r"\bboost (?:me|my)\b|\bvote for me\b|\btap to help\b|\bbargain with (?:your )?friends\b",
        r"\b(?:slash|chop|knock|cut|bring|bargain) (?:down )?(?:the|my|your) price(?: down)?\b(?= (?:with|by|to|together|down|and)|[.!?]|$)",
        r"\bprice[- ]?(?:slash|chop|cutting) (?:with|game|task)",
        rf"\bask (?:\d+ |two |three |five )?(?:of )?(?:your )?{_FRIENDS_EN} to (?:help|click|tap|vote|like|boost|open)\b",
        rf"\b{_FRIENDS_EN} (?:to )?help you (?:to )?(?:unlock|win|cut|get|open|reach)\b",
    ),
    "collect_likes": (
        r"\b(?:collect|gather|get|reach|earn|score) (?:at least |over |more than )?(?:\d+ |fifty |a hundred |enough |the most )likes\b|\bmost likes\b",
        r"\blikes? (?:to|and|=) (?:win|get|earn)|\blike (?:and|&|\+) (?:share|comment|follow) (?:to|and)",
        r"\btag (?:a|\d+|two|three|five) (?:of your )?friends?\b",
    ),
    "moments_for_reward": (
        rf"\b(?:moments|timeline|wechat groups?)\b{_NOT_BUY_EN}{{0,40}}?(?:screenshot|{_GET_EN}|{_PRIZE_EN})",
        r"\bshow (?:us )?(?:your|the|a) (?:share|repost|screenshot)",
    ),
    "red_packet_fission": (
        rf"\bred (?:packet|envelope|pocket)s?\b{_NOT_BUY_EN}{{0,40}}?(?:\bshare|\bfriends?\b|\binvit|\bgroups?\b|\bforward)",
        rf"(?:\bshare|\binvite|\bforward|\bgroup){_NOT_BUY_EN}{{0,40}}?\bred (?:packet|envelope|pocket)s?\b",
    ),
    "pay_for_contacts": (
        rf"\b{_FRIENDS_EN}{_NOT_BUY_EN}{{0,20}}?\b(?:signs? up|registers?|joins?|follows?|scans?|downloads?|adds? us|leaves? (?:a|their) (?:phone|number))\b{_NOT_BUY_EN}{{0,30}}?(?:you|both|each of you){_NOT_BUY_EN}{{0,10}}?(?:{_GET_EN}|{_PRIZE_EN})",
        rf"{_GET_EN}{_NOT_BUY_EN}{{0,25}}?\b(?:for|when|if|once) (?:each |every |a |your )?(?:new )?{_FRIENDS_EN}{_NOT_BUY_EN}{{0,12}}?(?:signs? up|registers?|joins?|follows?|scans?|downloads?|adds? us)\b",
        r"\b(?:give|send|enter|upload) (?:us )?(?:the |your )?(?:phone numbers?|e-?mail addresses|contacts|names and numbers) of (?:your )?friends",
    ),
    "invite_for_reward": (
        rf"\b(?:invit(?:e|es|ed|ing)|refer|refers|referring|recommend|recommending|bring|brings) (?!you\b)(?:[^.!?,]{{0,20}}?){_FRIENDS_EN}{_NOT_BUY_EN}{{0,40}}?{_GET_EN}(?!{_NOT_BUY_EN}*{_BUY_EN})",
        rf"{_GET_EN}{_NOT_BUY_EN}{{0,25}}?\b(?:for (?:each|every)|when you|if you|by) (?:invit|refer|recommend|bring){_NOT_BUY_EN}{{0,20}}?(?:{_FRIENDS_EN}|invite)(?!{_NOT_BUY_EN}*{_BUY_EN})",
        rf"{_PRIZE_EN} (?:per|for (?:each|every|an?)) (?:friend|invite|invitation|person|head|recruit)\b(?!{_NOT_BUY_EN}*{_BUY_EN})",
    ),
    "follow_for_reward": (
        rf"\bfollow (?:us|our [a-z ]{{2,20}}?)(?: on wechat)?(?:,)? (?:and|to|&) (?:{_GET_EN})",
    ),
    "evades_checks": (
        r"\b(?:backup|spare|alternative) (?:domain|link|address)\b|\bif (?:the|this) (?:link|page) is blocked\b",
        r"\b(?:copy|paste)\b[^.!?]{0,30}\bopen[^.!?]{0,12}\bin (?:a|your|another|the) browser\b|\bopen (?:it |this )?in (?:a|your|another|the) browser (?:to|and) (?:claim|get|share)",
    ),
}  # fmt: skip
ENGLISH_BUY = _BUY_EN
