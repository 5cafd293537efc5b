"""Words that customers use, for the small reader of comments in crm/rules/sentiment.py."""

GOOD_ZH = """
满意 喜欢 很好 非常好 特别好 真好 太好了 挺好 还好 最好 好吃 好喝 好看 好用 好评 好极了 美味 可口 新鲜 干净 整洁 卫生 热情 周到 贴心 细心 耐心
专业 靠谱 放心 安心 舒服 舒适 温馨 方便 便捷 快捷 迅速 及时 准时 神速 很快 挺快 真快 太快 快速 实惠 划算 便宜 超值 物超所值 性价比高 值得 推荐 回购 再来
还会来 下次还 会再 一如既往 不错 没毛病 没得说 无可挑剔 赞 点赞 给力 棒 超棒 优秀 优质 完美 惊喜 感谢 谢谢 开心 高兴 愉快 喜爱 爱了 好喜欢 喜欢吃 满分 五星
五分 效果明显 效果好 有效 见效 柔软 精致 漂亮 正品 良心 厚道 丰富 足量 分量足 量大 香 鲜 嫩 礼貌 友好 友善 亲切 和蔼 认真 负责 解决了 很耐心 态度好 服务好
质量好 环境好 味道好 包装好 速度快 物流快 发货快 送货快 送餐快 提前 惊艳 信赖 信任 支持 高效 顺利 顺畅 清楚 详细 用心 心细 划得来 物美价廉 好多了 帮了大忙 省心 值 快 仔细 安静 适合 实用 实在 值当 到位 灵活 通情达理 省事 好学 看得见 改善 明显 利索 热心 舒心 省钱 好闻 好听 回头客 老顾客 稳定 透亮 合身 合适 清爽 好玩 有趣
"""
BAD_ZH = """
不满 失望 差评 差劲 太差 很差 极差 真差 差 烂 垃圾 难吃 难喝 难看 难用 难闻 恶心 恶劣 糟糕 糟 坑 坑人 坑爹 骗 欺骗 骗人 骗子 忽悠 假货 假的 虚假 劣质 质量问题 坏了 坏的 破损 破了 碎了 漏了 洒了
洒出来 凉了 冷了 凉透 冰凉 馊 变质 过期 发霉 异味 臭 脏 油腻 太油 太咸 太辣 太甜 太淡 没味 没味道 太硬 很硬 不新鲜 头发 虫子 苍蝇 拉肚子 慢 太慢 很慢 好慢 超慢 迟到 晚到 超时 等了 久等 太久 好久 太长
等太久 等半天 排队 拖延 拖拉 推诿 推脱 敷衍 不理 没人理 没人管 不管 态度差 冷漠 冷淡 傲慢 不耐烦 没礼貌 凶 骂 吵 嘈杂 贵 太贵 偏贵 涨价 不值 不划算 浪费 后悔 上当 退款 退货 退钱
投诉 举报 再也不 不会再 不再 别买 别去 拉黑 取消 缺货 少了 漏送 送错 发错 弄错 搞错 错了 没送 没收到 没发货 没回复 联系不上 打不通 没效果 无效 过敏 红肿 掉色 褪色 起球 卡顿 闪退
崩溃 打不开 登录不了 无法 失败 麻烦 复杂 繁琐 混乱 乱收费 隐形消费 强制消费 推销 缩水 量少 太少 分量少 偏小 太小 旧 破 问题 遗憾 可惜 郁闷 无语 生气 气愤 愤怒 心寒 呵呵 一般般 将就 踩雷 没人 不如 难找 难受 难懂 偏高 天花乱坠 没影 没动静 夸大 爱答不理 形同虚设 打折扣 缩水 吵闹 闷 挤 太挤 拥挤 漏水 短斤少两 临时取消 白跑 白等 耽误 不合理 不方便 不专业 不耐心 开裂 断了 掉了 掉毛 串味 发黄 反悔 改口 转来转去 踢皮球 缺斤少两 没反应 没下文 没结果 两样 对不上 不符 名不副实
"""
# Words that hold a word of the lists and say nothing.
NEITHER_ZH = "快递 快要 尽快 赶快 快点 快到 值班 当值 香水 新鲜事 慢慢 问题不大 没问题"

DENIALS_ZH = (
    "不",
    "没",
    "没有",
    "不是",
    "不太",
    "不够",
    "并不",
    "并非",
    "不怎么",
    "毫不",
    "毫无",
    "无",
    "未",
    "别",
    "从不",
    "没什么",
    "算不上",
    "谈不上",
)
BUTS_ZH = ("但是", "但", "可是", "不过", "只是", "就是", "然而", "可惜")

GOOD_EN = """
good great excellent amazing awesome fantastic wonderful perfect love loved loves lovely best nice happy pleased delighted
satisfied impressed impressive recommend recommended friendly helpful polite kind caring professional knowledgeable attentive
courteous quick quickly fast prompt promptly punctual efficient easy smooth smoothly simple clear convenient clean tidy fresh
delicious tasty yummy beautiful comfortable cosy cozy reliable trustworthy honest fair reasonable cheap affordable value worth
bargain thanks thank enjoy enjoyed pleasant pleasure superb outstanding brilliant exceptional favourite favorite fun cool
works solved resolved fixed sturdy durable soft generous gentle warm welcoming patient superior flawless thrilled glad early well sorted softer smoother
better improved welcome relaxing relaxed calm cheerful considerate responsive informative useful handy tasteful juicy crisp crispy spotless effortless
"""
BAD_EN = """
bad poor terrible horrible awful worst worse disappointing disappointed disappointment unhappy dissatisfied unsatisfied rude
unfriendly unhelpful unprofessional arrogant ignored ignore slow slowly late delay delayed delays waited waiting forever cold
stale bland tasteless undercooked overcooked burnt greasy soggy dry dirty filthy smelly smell disgusting gross broken broke
defective faulty damaged cracked torn leaked leaking wrong incorrect missing lost expensive overpriced pricey rip-off
ripoff scam fraud fake cheated misleading lied lie waste wasted useless worthless junk garbage trash crap sucks sucked
hate hated annoying annoyed frustrating frustrated angry confusing confused complicated difficult hard crash crashes crashed
bug bugs buggy error errors fail fails failed failure refund return returned complain complaint complained avoid regret
mediocre underwhelming lacking uncomfortable noisy loud crowded problem problems issue issues unreliable unacceptable
sick allergic rash stopped dead dies died unusable impossible unfortunately poorly pathetic nobody lukewarm soaked pushy smelled stank damp cancelled canceled disappeared vanished shame fault
chasing chased overcharged charged outdated cramped stain stained scratched dented squashed crushed mouldy moldy rotten bitter stingy careless clueless
lacks apology outrageous nightmare mess messy dismissive hang hung painful itchy hurts sticky blurry flimsy wobbly tiny
"""
DENIALS_EN = """
not no never nothing neither nor cannot can't cant don't dont doesn't doesnt didn't didnt isn't isnt wasn't wasnt aren't arent
weren't won't wont wouldn't wouldnt couldn't couldnt shouldn't haven't hasn't hadn't hardly barely without
"""
BUTS_EN = "but however although though unfortunately yet except"

TOPICS = {
    "waiting": "等 排队 久等 等位 预约 叫号 慢 wait waited waiting queue line appointment slow late",
    "delivery": "物流 快递 发货 送货 送餐 配送 外卖 骑手 包装 送达 超时 送错 漏送 delivery delivered courier shipping shipped parcel package "
    "packaging arrived driver",
    "price": "价格 价钱 贵 便宜 实惠 划算 性价比 收费 优惠 折扣 涨价 price prices priced expensive cheap overpriced cost value discount "
    "affordable money",
    "money_back": "退款 退货 退钱 投诉 赔偿 换货 售后 refund refunds returned return complaint complained compensation exchange warranty",
    "service": "服务 态度 店员 员工 客服 服务员 老师 顾问 技师 美容师 教练 接待 热情 耐心 礼貌 service staff waiter waitress employee "
    "employees rude polite friendly helpful team teacher manager therapist support attentive",
    "place": "环境 卫生 干净 装修 位置 停车 座位 嘈杂 空调 氛围 店面 place atmosphere clean dirty parking seats location noisy decor room "
    "rooms shop crowded",
    "digital": "小程序 网站 应用 软件 闪退 卡顿 登录 支付页面 页面 系统 app website site login checkout page online crash crashes bug",
    "quality": "质量 味道 口味 好吃 难吃 新鲜 效果 材质 产品 商品 面料 课程 内容 分量 正品 假货 坏了 破损 quality taste tasted food coffee "
    "product products fresh broken defective works material course flavour flavor beans item size",
}
