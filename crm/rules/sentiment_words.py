"""Words that customers use, for the small reader of comments in crm/rules/sentiment.py."""

GOOD_ZH = """
满意 喜欢 很好 非常好 特别好 真好 太好了 挺好 还好 最好 好吃 好喝 好看 好用 好评 好极了 美味 可口 新鲜 干净 整洁 卫生 热情 周到 贴心 细心 耐心
专业 靠谱 放心 安心 舒服 舒适 温馨 方便 便捷 快捷 迅速 及时 准时 神速 很快 挺快 真快 太快 快速 实惠 划算 便宜 超值 物超所值 性价比高 值得 推荐 回购 再来
还会来 下次还 会再 一如既往 不错 没毛病 没得说 无可挑剔 赞 点赞 给力 棒 超棒 优秀 优质 完美 惊喜 感谢 谢谢 开心 高兴 愉快 喜爱 爱了 好喜欢 喜欢吃 满分 五星
五分 效果明显 效果好 有效 见效 柔软 精致 漂亮 正品 良心 厚道 丰富 足量 分量足 量大 香 鲜 嫩 礼貌 友好 友善 亲切 和蔼 认真 负责 解决了 很耐心 态度好 服务好
质量好 环境好 味道好 包装好 速度快 物流快 发货快 送货快 送餐快 提前 惊艳 信赖 信任 支持 高效 顺利 顺畅 清楚 详细 用心 心细 划得来 物美价廉 好多了 帮了大忙 省心 值 快 仔细 安静 适合 实用 实在 值当 到位 灵活 通情达理 省事 好学 看得见 改善 明显 利索 热心 舒心 省钱 好闻 好听 回头客 老顾客 稳定 透亮 合身 合适 清爽 好玩 有趣
大方 可靠 守时 守信 诚信 诚恳 真诚 诚实 善良 温柔 温和 体贴 暖心 温暖 走心 尽心 尽责 尽职 敬业 勤快 勤劳 麻利 干脆 爽快 痛快 周全 周详 细致 精细 精心 考究 讲究 有礼 谦和 随和 有求必应 笑容 微笑 笑脸 面带微笑 好心 负责任 有责任心 有耐心 很用心 专心 上心
操心少 热忱 好客 宾至如归 一流 顶级 上乘 极佳 绝佳 极好 极棒 绝了 一绝 牛 厉害 强大 出色 杰出 卓越 了不起 佩服 服气 折服 惊叹 叹为观止 震撼 感动 感恩 感激 多谢 幸运 庆幸 知足 心满意足 称心 如意 称心如意 舒畅 畅快 过瘾 享受 惬意 放松 轻松 自在 舒适度
陶醉 治愈 解压 心情好 开怀 欢喜 乐意 愿意再 乐在其中 眼前一亮 耳目一新 赏心悦目 美观 美丽 优美 雅致 高雅 高档 上档次 大气 气派 时尚 时髦 洋气 百搭 显白 显瘦 显高 显年轻 服帖 贴合 合脚 透气 保暖 轻便 轻巧 结实 耐用 耐穿 耐磨 牢固 坚固 厚实 扎实 做工精细
做工好 用料足 真材实料 货真价实 名副其实 名不虚传 实至名归 童叟无欺 公道 公平 合理 透明 明码标价 不贵 白菜价 亲民 经济实惠 捡到宝 占便宜 省力 省时 省时间 鲜美 鲜嫩 爽口 爽滑 顺滑 丝滑 醇厚 香浓 浓郁 香醇 酥脆 香脆 软糯 弹牙 劲道 q弹 入味 够味 清甜 香甜
回甘 解馋 下饭 地道 正宗 色香味俱全 回味无穷 百吃不厌 吃不腻 吃不够 吃得饱 管饱 大份 料足 料多 馅大 皮薄馅大 喝不腻 亮堂 明亮 宽敞 敞亮 幽静 清静 清净 安逸 优雅 典雅 别致 有格调 有情调 有氛围 温度适宜 一尘不染 干干净净 整整齐齐 井井有条 有条不紊 井然有序 通风好
采光好 隔音好 交通便利 好停车 好找 见效快 立竿见影 有起色 好转 缓解 减轻 消失了 淡了 变白 变细 变亮 变滑 变美 紧致 细腻 光滑 水润 滋润 补水 保湿 清透 提亮 白了 瘦了 精神多了 舒服多了 轻松了 松快 通透 不疼 不痛 无痛 进步 进步快 提高了 提升 提分 长进 收获
收获满满 受益匪浅 受益良多 学到了 学会了 听得懂 通俗易懂 深入浅出 生动 风趣 幽默 有意思 寓教于乐 循循善诱 因材施教 爱学 爱上 有信心 自信 变自信 干货 有料 有深度 系统化 循序渐进 有针对性 针对性强 有帮助 帮助很大 很有用 有用 管用 好使 顶用 得力 给面子 响应快
响应及时 反应快 反应迅速 回复快 回复及时 秒回 秒发 秒到 当天到 次日达 隔天到 说到做到 准点 按时 如期 如约 提前完成 第一时间 马上解决 立刻解决 妥善 妥当 妥妥 到货快 送货上门 送上门 完好 完好无损 包得严实 严实 牢靠 无损 无破损 配合 沟通顺畅 沟通好 对接顺畅 专人
一对一 一站式 一步到位 省去 解决问题 解了燃眉之急 帮大忙 帮了忙 老客户 老主顾 常来 常客 经常来 天天来 必点 必买 必回购 无限回购 回头 还想来 还想再 会继续 继续光顾 继续合作 长期合作 合作愉快 强烈推荐 安利 种草 闭眼入 入手不亏 值回票价 物有所值 物超 超出预期 超预期
比预期好 出乎意料的好 没想到这么好 名列前茅 首选 不二之选 独一无二 数一数二 无与伦比 没话说 没的说 没话讲 挑不出毛病 挑不出 没缺点 零差评 十分满意 非常满意 棒极了 妙 绝绝子 yyds 666 大赞 狂赞 盛赞 夸 好样的 加油 越来越好 蒸蒸日上 生意兴隆 辛苦了 好感 暖 甜
靓 帅 美 爽 稳 准 巴适 倍儿 杠杠的 没谁了 可爱 乖巧 不失望 不后悔
"""
BAD_ZH = """
不满 失望 差评 差劲 太差 很差 极差 真差 差 烂 垃圾 难吃 难喝 难看 难用 难闻 恶心 恶劣 糟糕 糟 坑 坑人 坑爹 骗 欺骗 骗人 骗子 忽悠 假货 假的 虚假 劣质 质量问题 坏了 坏的 破损 破了 碎了 漏了 洒了
洒出来 凉了 冷了 凉透 冰凉 馊 变质 过期 发霉 异味 臭 脏 油腻 太油 太咸 太辣 太甜 太淡 没味 没味道 太硬 很硬 不新鲜 头发 虫子 苍蝇 拉肚子 慢 太慢 很慢 好慢 超慢 迟到 晚到 超时 等了 久等 太久 好久 太长
等太久 等半天 排队 拖延 拖拉 推诿 推脱 敷衍 不理 没人理 没人管 不管 态度差 冷漠 冷淡 傲慢 不耐烦 没礼貌 凶 骂 吵 嘈杂 贵 太贵 涨价 不值 不划算 浪费 后悔 上当 
投诉 举报 再也不 不会再 不再 别买 别去 拉黑 取消 缺货 少了 漏送 送错 发错 弄错 搞错 错了 没送 没收到 没发货 没回复 联系不上 打不通 没效果 无效 过敏 红肿 掉色 褪色 起球 卡顿 闪退
崩溃 打不开 登录不了 无法 失败 麻烦 复杂 繁琐 混乱 乱收费 隐形消费 强制消费 推销 缩水 量少 太少 分量少 偏小 太小 旧 破 问题 遗憾 可惜 郁闷 无语 生气 气愤 愤怒 心寒 呵呵 一般般 将就 踩雷 没人 不如 难找 难受 难懂 天花乱坠 没影 没动静 夸大 爱答不理 形同虚设 打折扣 缩水 吵闹 闷 挤 太挤 拥挤 漏水 短斤少两 临时取消 白跑 白等 耽误 不合理 不方便 不专业 不耐心 开裂 断了 掉了 掉毛 串味 发黄 反悔 改口 转来转去 踢皮球 缺斤少两 没反应 没下文 没结果 两样 对不上 不符 名不副实
差远了 较差 变差 更差 越来越差 不如从前 大不如前 今非昔比 下降 下滑 退步 缺陷 毛病 瑕疵 次品 残次 三无 山寨 冒牌 翻新 二手货 货不对板 图文不符 不一样 色差 变形 开胶 脱线 脱落 断裂 裂开 裂了 破洞 漏气 漏油 漏电 渗水 生锈 褪皮 起皮 掉皮 掉漆 划痕 刮花 脏兮兮
油乎乎 黏糊糊 发黑 发臭 发酸 酸了 发苦 苦 焦 糊了 烤焦 夹生 没熟 半生不熟 塞牙 嚼不动 咬不动 咽不下 柴 腥 膻 寡淡 没滋味 清汤寡水 调料味 难以下咽 倒胃口 反胃 想吐 吐了 腹泻 肚子疼 肚子痛 食物中毒 中毒 不卫生 蟑螂 老鼠 蚊子 虫 毛发 霉味 霉 烟味
刺鼻 呛人 臭味 怪味 馊味 脏乱 脏乱差 乱糟糟 乱七八糟 破旧 陈旧 老旧 简陋 寒酸 昏暗 阴暗 潮湿 闷热 太热 太冷 太吵 狭窄 逼仄 人满为患 没位置 没座位 不好停车 停车难 难停 不好找 偏僻 绕路 不隔音 隔音差 灰尘 爱理不理 爱搭不理 不理人 不搭理 不理睬 冷冰冰 臭脸
黑脸 摆脸色 脸色 翻白眼 白眼 趾高气扬 高高在上 狗眼看人低 看人下菜 势利 区别对待 歧视 粗鲁 粗暴 粗心 马虎大意 漫不经心 心不在焉 不专心 不用心 不上心 不走心 不负责 不负责任 没责任心 不认真 不细心 不热情 不主动 不友好 不尊重 没素质 素质低 没教养 凶巴巴 吼 嚷 骂人
吵架 嘲笑 讽刺 阴阳怪气 催促 赶人 甩脸 玩手机 偷懒 磨蹭 磨磨蹭蹭 拖拖拉拉 慢吞吞 慢死 慢得 效率低 低效 没效率 拖沓 拖了 一拖再拖 推来推去 互相推诿 互相推 甩锅 扯皮 糊弄 应付 应付了事 打发 走过场 走形式 形式主义 流于形式 照本宣科 念ppt 水课 太水 注水
混时间 浪费时间 浪费钱 没学到 学不到 听不懂 没收获 没进步 没长进 没帮助 没啥用 不管用 不好使 无用 白花 白费 白买 白来 打水漂 冤枉 冤枉钱 冤大头 智商税 交学费 心疼钱 肉疼 亏 亏了 亏大 吃亏 宰客 宰人 被宰 黑心 黑店 奸商 无良 缺德 不良 套路 套路深 陷阱
诱导 误导 虚标 虚高 偏离 欺诈 诈骗 霸王条款 捆绑 强买强卖 强制 强推 硬推 逼单 逼着 软磨硬泡 洗脑 画饼 空头支票 说话不算数 言而无信 不守信 失信 食言 爽约 放鸽子 变卦 出尔反尔 赖账 不认账 不承认 跑路 关门 失联 消失 找不到人 找不着人 没人接 无人接听 无人 没人应
没人回 不回 不回复 不接 不接电话 占线 挂断 挂我电话 已读不回 石沉大海 杳无音信 没消息 没音信 没着落 遥遥无期 无期限 未解决 没解决 解决不了 不解决 不处理 没处理 不给退 不退 拒绝退 不肯 不让 不给 不予 扣费 扣钱 多扣 多收 乱扣 私自 擅自 偷偷 隐瞒 加价 加钱
额外收费 变相 收费高 贵得 太高 高得 涨了 溢价 死贵 贵死 贵了 物价 抠门 小气 吝啬 偷工减料 以次充好 滥竽充数 缩减 减量 少给 给少 量小 不够吃 吃不饱 没吃饱 空空 少发 漏发 错发 寄错 上错 下错 做错 写错 算错 贴错 丢了 丢件 弄丢 遗失 压坏 摔坏
摔 挤压 变形了 压扁 碎 裂 洒 漏 泡汤 淋湿 湿透 融化 化了 延误 延迟 延期 延后 推迟 逾期 误点 晚点 晚了 来晚 等好久 等很久 等了半天 等得 苦等 干等 迟迟 半个月 一个多小时 没到 还没到 才到 才来 才发 才送 催了 催 屡次 反复 三番五次 死机
卡死 卡 太卡 黑屏 白屏 宕机 掉线 断线 连不上 加载不出 加载慢 反应慢 报错 出错 错误 乱码 失灵 失效 用不了 不能用 没法用 不可用 无法使用 登不上 进不去 点不了 提交不了 付不了 支付失败 扣款 收不到 显示不 不显示 找不到 不好用 难操作 难搞 费劲 费事 费时 繁复 折腾
来回跑 跑了好几 跑来跑去 鸡肋 多余 花里胡哨 华而不实 中看不中用 徒有其表 名过其实 过誉 夸大其词 夸张宣传 虚假宣传 吹牛 吹的 刷单 刷好评 网红店 肿 痒 刺痛 疼死 很疼 好疼 好痛 爆痘 长痘 烂脸 起疹 红疹 起泡 灼伤 烫伤 受伤 伤 出血 流血 发炎 感染 反弹 更严重 加重
恶化 没变化 没区别 没感觉 没改善 没好转 依旧 无改善 显老 显黑 显胖 土气 丑 太丑 土 俗气 廉价感 塑料感 粗糙 毛糙 硌 扎人 起静电 勒 紧巴 太紧 太大 太薄 偏薄 单薄 太短 不合身 不合脚 不合适 不适合 不舒服 不舒适 不干净 不整洁 不好 不好吃 不好喝 不好看 不行
不满意 不值得 不推荐 不建议 不靠谱 不可靠 不稳定 不及时 不准时 不准 不到位 不清楚怎么 不清不楚 不明不白 说不清 不透明 不公平 不诚信 不理想 不足 欠缺 欠佳 欠妥 缺乏 缺少 不够意思 没诚意 没耐心 没水平 没水准 水平差 水平低 业余 外行 不懂装懂 一问三不知 一窍不通
三脚猫 新手 敷衍了事 草率 随意 儿戏 离谱 过分 太过分 可恶 可气 可恨 气死 气人 气炸 火大 恼火 恼人 窝火 来气 闹心 糟心 堵心 心累 心烦 烦 烦人 烦死 厌烦 讨厌 反感 憋屈 委屈 尴尬 难堪 心凉 寒心 伤心 难过 失望透顶 大失所望 绝望 无奈 无言 醉了 服了
呵呵哒 踩坑 避坑 避雷 雷区 拔草 劝退 慎入 慎重 千万别 勿 别再 别信 不敢 吓人 吓到 可怕 恐怖 噩梦 灾难 翻车 闹剧 笑话 搞笑 最差 最烂 最坑 史上最 倒闭 关门大吉 12315 消协 维权 曝光 赔偿 索赔 报警 打官司 零分 一星 负分 给负 0分 败兴
扫兴 失误 事故 隐患 危险 不安全 安全隐患 降级 忽视 无视 怠慢 冷落 晾 晾在 被晾 被骗 受骗 被坑 中招 倒霉 晦气 呼叫不到 排不上 约不上 约不到 抢不到 买不到 打骂 逃课 换人 频繁更换 频繁换 走人 离职 不愿意去 不想去 哭
"""
# Words that hold a word of the lists and say nothing.
NEITHER_ZH = "没什么特别 没特别 差不多 还没用 没用过 没试过 还没试 还没吃 刚买 刚办 刚开始 第一次来 再说 再看 看看 中规中矩 没有建议 没建议 没有意见 没意见 没想法 说不上 谈不上 看情况 不清楚 不好说 一般化 不知道 正常 好像 好几 好多 好久没 不好意思 正好 刚好 恰好 只好 最好能 最好是 好不好 还好吧 好歹 爱好 好奇 友好度 偏好 美容 美甲 美发 美食 美团 美女 美术 帅哥 甜品 甜点 牛肉 牛奶 牛排 牛腩 稳定性 准备 批准 标准 准点率 辛苦费 小心翼翼 小心眼 破壁 破例 旧金山 生的孩子 老师 卡片 会员卡 办卡 年卡 月卡 卡通 卡里 打卡 刷卡 银行卡 储值卡 凉菜 凉皮 凉茶 苦瓜 焦糖 痒痒 土豆 土鸡 碎花 裂缝修补 伤口 贵宾 贵姓 贵店 贵公司 贵司 脏衣 慢跑 慢性 凶猛 臭豆腐 烂尾楼 辣 油 湿 价值 值不值 聊天群 小吃 香菜 香菇 香港 香肠 清楚怎么 哭着 哭闹 亏得 幸亏 多亏 才到家 半天假 反复确认 反复讲 多次确认 不厌其烦 不耐 没挑 漏洞修 小龙虾 错过 没错 不错过 没少 少儿 少年 青少年 多少 少糖 老旧小区 湿巾 丑话 快递 快要 尽快 赶快 快点 快到 值班 当值 香水 新鲜事 慢慢 问题不大 没问题"

DENIALS_ZH = (
    "不",
    "没",
    "没有",
    "不是",
    "不太",
    "不得",
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
works solved resolved fixed sturdy durable soft generous gentle warm welcoming patient superior flawless thrilled glad well sorted softer smoother
better improved welcome relaxing relaxed calm cheerful considerate responsive informative useful handy tasteful juicy crisp crispy spotless effortless
accommodating adorable advanced appreciated appreciate appetizing attractive authentic awesomely best-in-class blessed bliss blissful bright brill
celebrate charming cheerfully classy comfy comforting committed compassionate competent complimentary compliments confident congrats consistent
consistently cordial correct creamy dependable decisive dedicated delicate delight delightful desirable diligent discreet divine eager educational
effective efficiently elegant empathetic encouraging encouraged energised energized engaging enjoyable enthusiastic exceeded exceeds excels
exceptionally exciting excited expertly exquisite extraordinary fab fabulous faultless fine-tuned first-class first-rate flattering flavoursome
flavorful flexible fluent forgiving friendliest friendlier friendliness fulfilled genius genuine gorgeous graceful gracious grateful 
hassle-free healthy heavenly helped helps highly hospitable hygienic ideal immaculate impeccable incredible incredibly inexpensive insightful inspired
inspiring instant instantly intuitive inviting jolly joy joyful kindest kindness knowledge lifesaver light-hearted lightweight likeable
luxurious luxury magic magical magnificent marvellous marvelous masterpiece memorable meticulous mouthwatering neat nicest nicely no-nonsense
nourishing organised organized optimistic painless painlessly passionate patience peaceful perfection perfectly phenomenal plentiful polished popular
positive praise premium proactive productive proud radiant rapid rapidly reassured reassuring reassurance rejuvenated recommending refined
refreshed refreshing relief relieved remarkable respected respectful rewarding rocks safe satisfying saved savings scrumptious
seamless seamlessly secure sensational sensible serene silky skilful skillful skilled sleek smart smiling smile smiles smoothest snug solid sociable
soothing sparkling special speedy splendid spacious spot-on stellar stunning stylish sublime succulent success successful super supportive
supreme sweet sweetest swift swiftly talented tender terrific thankful thorough thoroughly thoughtful thoughtfully timely top-notch 
transformed transparent treat treasure trust trusted truthful unbeatable unbelievable understanding unforgettable unmatched unrivalled upbeat
user-friendly valuable valued versatile vibrant warmly warmth well-made well-run win winner wonderfully wow wowed yum zesty impress pleaser gem breeze
effortlessly attention pain-free reliably cleanly courteously politely kindly brightened glowing glow calmer lighter stronger healthier fitter faster
easier cheaper clearer cleaner happier fresher glossy shiny shine
"""
BAD_EN = """
bad poor terrible horrible awful worst worse disappointing disappointed disappointment unhappy dissatisfied unsatisfied rude
unfriendly unhelpful unprofessional arrogant ignored ignore slow slowly late delay delayed delays waited waiting forever cold
stale bland tasteless undercooked overcooked burnt greasy soggy dry dirty filthy smelly disgusting gross broken broke
defective faulty damaged cracked torn leaked leaking wrong incorrect missing lost expensive overpriced pricey rip-off
ripoff scam fraud fake cheated misleading lied lie waste wasted useless worthless junk garbage trash crap sucks sucked
hate hated annoying annoyed frustrating frustrated angry confusing confused complicated difficult crash crashes crashed
bug bugs buggy error errors fail fails failed failure complain complaint complained avoid regret
mediocre underwhelming lacking uncomfortable noisy loud crowded problem problems issue issues unreliable unacceptable
sick allergic rash stopped dead dies died unusable impossible unfortunately poorly pathetic nobody lukewarm soaked pushy smelled stank damp cancelled canceled disappeared vanished shame fault
chasing chased overcharged charged outdated cramped stain stained scratched dented squashed crushed mouldy moldy rotten bitter stingy careless clueless
lacks outrageous nightmare mess messy dismissive hang hung painful itchy hurts sticky blurry flimsy wobbly tiny
abrupt absent absurd abusive abysmal aggressive alarming apathetic appalling argue argued argumentative ashamed atrocious atrociously aching ache
avoidable awkward backlog baffling badly bait barely basic battered begging beware biased blamed blame bleeding blister blisters blunt blurred bored
boring bothered bounced breakage breaking breaks brittle bruise bruised bug-ridden bully bullied bumpy burned burns burning carelessly chaos chaotic
cheat cheating cheeky chewy chipped choppy clogged closed clumsy clunky cockroach cold-hearted collapsed complicate condescending con conned
confusingly congested contaminated convoluted counterfeit crammed crappy crooked crude crumbling cryptic cursed damage damaging dangerous dark dated
deceived deceiving deceptive deceitful declined decline degraded delaying delusional demeaning denied deplorable depressing deteriorated difficulty
dingy diabolical disaster disastrous disagreeable disappoint disappointingly discouraged discourteous discriminated disgrace disgraceful disgusted
dishonest dishonoured dislike disliked dismal dismissed disorganised disorganized disrespectful disrespect disrupted disruptive distracted distracting
dizzy dodgy dread dreadful dreary drab dubious dull dusty eczema embarrassed embarrassing empty evasive excuse excuses exhausting exhausted exorbitant
expired extortionate faded fading faint falling farce fell filth flaw flawed flaws flies flickering flop flopped forgot forgotten forgets forced
fraudulent freezes froze frozen frustration fuming furious fuss glitch glitches glitchy greedy grim grimy grossly grubby grumpy haggle hair hairs
half-hearted hardly harassed harassing harsh hassle headache hectic hesitant hideous hopeless hostile humiliated humiliating hurt hurting idiot
ignorant ignoring illegal impersonal impatient impolite inaccurate inadequate inappropriate incompetent incompetence inconsiderate inconsistent
inconvenience inconvenient incomplete indifferent ineffective inefficient inedible inferior inflated inflexible infuriating injured insanely
insensitive insect insects insult insulted insulting intrusive invalid irrelevant irresponsible irritated irritating irritation itching itch jammed
janky jerk joke judgmental knackered lack lame lag laggy lagging late-night lazy leak leaks lethargic liar liars lies limp long-winded loose lose
loses losing lousy lumpy malfunction malfunctioning manipulative meagre mean mediocrity messed misled mishandled mislead misplaced miss missed misses
mistake mistakes mistaken mistreated misunderstood mouse mould mold muddled mushy murky nagging nasty nauseous neglected negligent negative negatively
nope nonexistent non-existent nonsense noise obnoxious obstructive odour off-putting offended offensive oily ordeal out-of-date overbearing
overbooked overcharge overcrowded overdue overheated overheats overheating overrated overwhelmed overwhelming oversalted pain pale panic patchy
patronising patronizing peeled peeling penny-pinching pest pitiful pointless pricier postponed pressure pressured pressurised pretentious prohibitive
puddle punctured quit quits rancid raw redness reheated refuse refused refuses refusing reject rejected repetitive repulsive resent ridiculous
ripped risky robbed robbery rough rubbery rubbish ruin ruined ruins rushed rusty salty sad sadly sarcastic scammed scammer scammers scary scrappy
screaming screwed sewage shabby shaky shallow shambles shambolic shocking shockingly shocked shoddy short-changed short-staffed shouted shouting
shrunk shrank sickening sinking skimpy slack slapdash sleazy sleepy slimy sloppy slower slowest sluggish smashed smoky smug snapped snobby snotty
soaking sore soulless sour spam spammed spilled spilt split spoiled spoilt spots squeaky squeaks stink stinks stinky stole stolen stop strange
stressed stressful stress struggled struggle struggling stubborn stuck stuffy stupid subpar sub-par substandard suffer suffered suffering swindle
swollen tacky tampered tangled tatty tedious tense theft thief thieves threadbare threatened threatening tired tiresome tiring tough toxic trapped
tricked trouble troublesome ugly ulcer unable unappetising unappetizing unanswered unattended unauthorised unaware unbearable uncaring uncertain
unclean unclear uncooperative undelivered underpaid underwhelmed undone uneducated uneven unfair unfinished unfit unforgivable unfortunate unfulfilled
unhealthy unhygienic uninspired uninspiring uninterested uninviting unjustified unknowledgeable unpleasant unpaid unprepared unqualified unreachable
unreasonable unresolved unresponsive unsafe unsanitary unstable unsuitable untidy untrained untrue untrustworthy unwanted unwelcome unwelcoming unwell
unwilling upset upsetting vague vile violated vomit vomited warped watery weak wet weird whining wilted withheld worn worried worrying worsened woeful
wreck wrecked wrongly yelled yelling yuck yucky overbilled double-charged mis-sold missold no-show unsealed crushing waits queues wobble creaks creaky
sags sagging
"""
DENIALS_EN = """
not no never nothing neither nor cannot can't cant don't dont doesn't doesnt didn't didnt isn't isnt wasn't wasnt aren't arent
weren't won't wont wouldn't wouldnt couldn't couldnt shouldn't haven't hasn't hadn't hardly barely without
"""
MILD_ZH = "可以 还行 还可以 过得去 还好 尚可 能接受 还算"
MILD_BAD_ZH = "贵了点 慢了点 小了点 咸了点 远了点 辣了点 甜了点 贵了些 慢了些 有点贵 有点慢 有点小 小贵 偏高 偏贵 偏慢 偏咸 偏小 有点 有些 偏 略 稍微 稍 一般 远 有待"
BUTS_EN = "but however although though shame unfortunately yet except"

TOPICS = {
    "waiting": "等 排队 久等 等位 预约 叫号 慢 wait waited waiting queue line appointment slow late"
    " 等了 等待 等候 候诊 排号 取号 半小时 一小时 一个小时 小时 分钟 迟到 准时 守时 按时 拖延 催 久 约不上 约不到 半天 轮到 速度 出餐 上菜 报修 响应 waits queued queues queuing hour hours minutes mins booking"
    " booked bookings appointments punctual lateness delay delayed delays quick quickly fast sat forever reservation turnaround deadline deadlines"
    " behind schedule",
    "delivery": "物流 快递 发货 送货 送餐 配送 外卖 骑手 包装 送达 超时 送错 漏送 delivery delivered courier shipping shipped parcel package "
    "packaging arrived driver"
    " 到货 收货 货运 寄 寄来 邮寄 邮费 运费 司机 师傅送 送来 送上门 送到 盒子 箱子 包裹 纸箱 胶带 缺货 漏发 少发 发错 交货 交付 供应 安装 取件 派送 签收 deliver delivers deliveries ship ships dispatch dispatched"
    " arrive arrives box boxes packed packing postage post tracking couriers packages parcels shipment shipments supplier",
    "price": "价格 价钱 贵 便宜 实惠 划算 性价比 收费 优惠 折扣 涨价 price prices priced expensive cheap overpriced cost value discount "
    "affordable money"
    " 花钱 收钱 昂贵 涨 降价 打折 抹零 报价 加项 费用 免费 收了 满减 券 优惠券 红包 积分 会员价 值 不值 划得来 冤枉钱 充值 储值 押金 学费 预算 合同 账单 乱收费 加钱 加价 pay paid paying charge charged charges fee"
    " fees bill bills quote quotes invoice cheaper dear pricey costs costly bargain coupon coupons voucher vouchers budget deposit worth penny deal"
    " offer offers refunds points rip-off subscription",
    "money_back": "退款 退货 退钱 投诉 赔偿 换货 售后 refund refunds returned return complaint complained compensation exchange warranty"
    " 赔 赔付 换了 退换 退押金 退卡 退费 退单 保修 质保 三包 维权 refunded refunding complaining complaints replace replaced replacement guarantee exchanged swap compensate"
    " compensated",
    "service": "服务 态度 店员 员工 客服 服务员 老师 顾问 技师 美容师 教练 接待 热情 耐心 礼貌 service staff waiter waitress employee "
    "employees rude polite friendly helpful team teacher manager therapist support attentive"
    " 服务生 客户经理 销售 前台 医生 护士 大夫 师傅 阿姨 月嫂 保洁 理发师 发型师 设计师 摄影师 工程师 店长 经理 老板 老板娘 小姐姐 小哥 美甲师 按摩师 讲师 助教 班主任 教官 司机 售前 手法 回复 回应 沟通 解释 讲解 推销 强推 负责 细心 贴心 周到 冷漠"
    " 敷衍 爱理不理 不理 投诉 电话 办卡 上心 专业 responsive reply replied replies answered answer answers receptionist reception waiters server servers barista stylist"
    " hairdresser barber dentist doctor nurse vet instructor instructors coach coaches trainer trainers tutor tutors consultant consultants technician"
    " engineer mechanic driver plumber cleaner salesman salesperson salespeople sales agent agents advisor adviser customer care caring professional"
    " unprofessional greeted welcomed welcome explained listened listens ignored attitude manners apology apologised phone call called calls email"
    " emails pushy upselling communication communicate host hostess owner personnel crew guy girl lady",
    "place": "环境 卫生 干净 装修 位置 停车 座位 嘈杂 空调 氛围 店面 place atmosphere clean dirty parking seats location noisy decor room "
    "rooms shop crowded"
    " 店里 店内 房间 床 床单 浴室 厕所 洗手间 卫生间 地板 桌子 椅子 灯光 音乐 噪音 隔音 电梯 楼道 车位 停车场 交通 地铁 门口 通风 暖气 空间 拥挤 吵 脏 苍蝇 蟑螂 场地 器材 器械 布置 教室 更衣室 淋浴 泳池 分店 酒店 宽敞 儿童座椅 park toilet"
    " toilets bathroom restroom loo shower bed beds towels table tables chair chairs light lighting music air heating aircon ac view lift floor walls"
    " interior ambience ambiance vibe hotel building space spacious cosy cozy cramped crowd gym studio classroom venue premises hygiene cleanliness"
    " smelled damp branch",
    "digital": "小程序 网站 应用 软件 闪退 卡顿 登录 支付页面 页面 系统 app website site login checkout page online crash crashes bug"
    " 手机端 网页 官网 公众号 链接 下单 扫码 点单 二维码 验证码 注册 密码 账号 支付 付款 提交 更新 界面 后台 服务器 宕机 卡死 网课 直播 回放 功能 数据 接口 升级 平台 log logged password account code update updates"
    " software system platform web webpage mobile interface screen button buttons link server integration dashboard notification notifications reorder"
    " ordering loads loading",
    "quality": "质量 味道 口味 好吃 难吃 新鲜 效果 材质 产品 商品 面料 课程 内容 分量 正品 假货 坏了 破损 quality taste tasted food coffee "
    "product products fresh broken defective works material course flavour flavor beans item size"
    " 做工 材料 用料 布料 款式 颜色 尺码 尺寸 大小 香 甜 咸 辣 油 鲜 嫩 菜 菜品 汤 饭 米饭 面 肉 牛肉 鱼 虾 蛋糕 面包 咖啡 奶茶 水果 火锅 饮料 甜品 份量 菜量 口感 食材 皮肤 脸 痘 斑 黑头 头发 指甲 美甲 剪 烫 染 洗 按摩 肩 颈 腰 瘦"
    " 见效 变化 改善 睡眠 孩子 成绩 分数 提分 数学 英语 口语 学 课 课堂 上课 上完 试听 讲得 听 教 教材 培训 干货 衣服 鞋 裤 沙发 家具 手机 电池 机器 设备 故障 耐用 牙 修 装修 坏 破 掉色 起球 开线 过敏 图片 实物 照片 说明书 好用 难用 好喝"
    " 难喝 menu meal meals dish dishes dinner lunch breakfast pizza pasta noodles soup chicken beef meat fish rice bread cake dessert drink drinks tea"
    " wine portion portions delicious tasty bland cooked raw stale juicy crispy ingredients fabric colour color stitching sofa mattress shoes shirt"
    " dress zip battery device machine phone part parts broke break repair repaired fix fixed durable skin face hair haircut cut nails nail massage"
    " facial treatment treatments rash acne spots pain back results result effect improvement improved difference class classes lesson lessons courses"
    " workshop training session sessions learn learned learning learnt grades exam speaking teaching taught curriculum slides pictures photos photo"
    " described picture manual instructions feature features finish wash washed lasts lasted faulty durability",
}
# Several words that mean something else than each of them; regular expressions, parted by |.
PHRASES_GOOD_EN = r"""
(?:can(?:not|'?t)|could(?: not|n'?t)) (?:fault|complain|recommend .{0,25}enough|praise .{0,20}enough|thank .{0,20}enough|say enough|speak highly enough|be happier|ask for (?:more|better)|have (?:asked|wished) for)
|(?:no|zero|without any|never any|not a single|never had an?|never had any) (?:\w+ )?(?:complaints?|problems?|issues?|faults?|hassle|fuss|trouble|pressure|drama|regrets?|downsides?|delays?|mistakes?|surprises|side effects|hidden (?:fees|costs|charges))
|(?:not|isn't|wasn't) (?:at all )?(?:bad|expensive|pushy|rushed)|second to none|hard to beat|never (?:let|lets) (?:me|us) down|never disappoints?|never (?:been )?disappointed|not disappointed|(?:did not|didn't|don't) disappoint
|(?:will|would|we'll|i'll|i'd|shall|going to|gonna|definitely|certainly) (?:definitely |certainly |be |come |come right |buy |order |visit |use |go |keep )*(?:back|again|coming back|returning|repurchase)|(?:be|come|coming|came|went|going) back for more|keeps? (?:me|us)? ?coming back|repeat customer|regular (?:here|customer)|customer for life|loyal customer
|tell(?:ing)? (?:all )?(?:my|our|everyone|everybody)|told (?:all )?(?:my|our|everyone|everybody)|word of mouth|go[- ]to (?:place|shop|salon|spot)|above and beyond|extra mile|out of (?:his|her|their|your) way|over and above|goes the extra|second nature
|on time|in no time|right on schedule|same[- ]day|next[- ]day|well (?:worth|done|made|packed|packaged|organi[sz]ed|explained|trained|run|looked after|thought)|(?<!not )(?<!n't )(?<!never )worth (?:it|every|the (?:money|price|wait|trip))|good as new|like new|(?:took|takes) (?:only |just )?(?:a|one|two|five|a few) (?:minutes?|seconds?)|(?:never|not|n't) (?:\w+ )?(?:this|so|such|such a|a) (?:good|well|happy|nice|clean|soft|smooth|easy|relaxed|kind|friendly|helpful|better)|(?:never|not|n't) (?:\w+ )?better|no questions asked|value for money|money well spent|bang for (?:the|my|your) buck|great deal
|better than (?:expected|i expected|i thought|ever|before|anywhere|others?)|exceeded (?:my|our|all) expectations|as (?:described|promised|advertised|pictured)|just as (?:described|promised|good)|at (?:home|ease)|looked after|taken care of|in good hands|safe hands|life[- ]?changing|game[- ]?changer|night and day|huge difference|world of difference|made my day|puts? (?:me|us|you) at ease
|five[- ]stars?|5[- ]stars?|10 out of 10|ten out of ten|full marks|thumbs up|keep up the good work|keep it up|two thumbs up|can't get enough|look(?:ing)? forward to|saved (?:me|us)|saves (?:me|us)|lasts? (?:ages|for ages|a long time|long)|went (?:well|smoothly|perfectly)|runs? (?:well|smoothly|perfectly)|works? (?:well|perfectly|great|fine|a treat|like a charm|wonders)|spot on|down to earth|so much better|feels? (?:better|great|amazing|like new)|made (?:me|us) (?:feel )?(?:welcome|at home|smile|comfortable)|knows? (?:what|their|his|her)|listens? to|answered (?:all|every|my)|free of charge|no extra (?:cost|charge)
"""
PHRASES_BAD_EN = r"""
(?:not|never|no|isn't|wasn't|hardly|won't be|wouldn't) (?:\w+ )?(?:worth|recommend(?:ed|ing)?|impressed|satisfied|happy|coming back|going back|returning|buying|ordering|good enough|acceptable|professional|helpful|friendly|clean|fresh|what i (?:ordered|expected|paid|asked)|as (?:described|advertised|promised|pictured|good))
|never (?:again|came|arrived|got|received|showed|turned|called|replied|answered|heard|works?|worked|coming|going)|(?:does not|doesn't|did not|didn't|do not|don't|won't|will not|would not|wouldn't|can't|cannot|couldn't) (?:even )?(?:work|fit|last|open|load|arrive|answer|reply|respond|call|help|care|listen|know|turn up|show up|explain|log in|use|reach|get through|get hold|understand|honou?r|refund|recommend|bother|return|buy|trust|smell|match|hold|start|charge|deliver|fix)
|(?:nobody|no one|no-one|none of them) (?:\w+ )?(?:answers?|answered|helped|came|comes|called|calls|told|replied|replies|cares?|cared|knows|knew|picks?|picked|bothered|seems?|noticed|explained|was|there)|no (?:reply|response|answer|refund|help|explanation|apology|sign|effect|difference|improvement|results?|progress|flavou?r|taste|manners|idea|clue|hot water|heating|air con|parking|seats?|record|show|communication|respect|value|privacy|warning|notice|choice)
|(?:too|so|way too|far too|bit too|really|very|extremely|incredibly) (?:\w+ )?(?:long|small|short|tight|thin|salty|sweet|oily|spicy|noisy|loud|crowded|cold|hot|dark|slow|late|expensive|pricey|few|little|complicated|fast|rough|busy|dry|hard|big|large|heavy|weak|bitter|far|pushy|rushed)
|(?:waited|waiting|wait|took|takes|taking|queued|sat|stood|spent) (?:for |over |almost |nearly |about |around |more than |at least |another |there |here |in line |on hold |up to )*(?:an? |\d+ |two |three |four |five |six |ten |twenty |thirty |forty |fifty |half an? |several |the whole )?(?:hours?|minutes?|days?|weeks?|months?|ages|forever|too long|so long|mins?)
|(?:fell|fall|falls|falling|came|comes|coming|broke|breaks|broken|went|worn) (?:apart|off|down|to pieces|undone|unstuck|loose|missing|wrong|bad|out|downhill)|stopped working|ripped? (?:me |us |you |people )?off|tore|hung up|on hold|given up|gave up|let (?:me|us) down|lets? (?:me|us|you) down|left (?:me|us) (?:with|on|waiting|stranded)|passed from|sent (?:me|us) (?:away|the wrong)|kept waiting|keep(?:s)? (?:waiting|asking|calling|trying|changing|cancelling|crashing|breaking|losing)|had to (?:ask|wait|call|chase|explain|repeat|return|pay|redo|go back|send|throw|complain|ring|queue|beg|email|argue|fix)|have to (?:ask|wait|chase|explain|repeat|pay|beg)
|(?:charged|billed|paid) (?:me |us )?(?:twice|double|extra|for (?:something|nothing|extras?|things?))|price (?:rise|hike|increase|went up)|prices? (?:keep|keeps|went|have|has) (?:\w+ )?(?:rising|up|doubled)|hidden (?:fee|fees|cost|costs|charge|charges)|waste of|rip[- ]?off|money[- ]grab|false advertising|sales (?:pitch|pressure|talk)|hard sell|up-?sell(?:ing)?|daylight robbery|half (?:empty|cold|raw|cooked|the price|of it)
|without (?:an |any |a )?(?:apology|explanation|warning|notice|reason|reply|asking|telling|word)|downhill|worse than|less than|used to be (?:good|better|great|nice|my)|not what it|expected (?:more|better)|below (?:average|par|standard)|could have been better|leaves? a lot to be desired|left a lot to be desired|room for improvement|nothing like|not even|stay away|do yourself a favou?r|last time i|one star|zero stars|1 star|never (?:see|seen) (?:me|us)|lost (?:my|our|a) (?:order|booking|parcel|package|luggage|trust)|cancel(?:led)? my|looking (?:elsewhere|for another)|going elsewhere|took my business|fed up|put off|out of (?:date|order|stock)|behind schedule|weeks? late|days? late|hours? late
"""
PATTERNS_GOOD_EN = r"""
(?:patiently |carefully |always |really |even |kindly )?(?:explained|remember(?:ed|s)|listened|helped|walked me through|talked me through|guided|reassured|took (?:the|their|his|her) time|checked in|followed up|looked after|stayed late|threw in|fixed it)|without (?:me |us )?(?:having to|being asked|asking)|(?:for|in|over) (?:\w+ )?(?:many |two |three |four |five |six |ten |several )?years(?: now)?|(?:my|our|the) (?:son|daughter|kids?|boys?|girls?|children|husband|wife|mum|mom|dad|dog|cat|family|team|boss|guests|clients) (?:\w+ )?(?:loves?|loved|enjoys?|enjoyed|adores?|adored|looks? forward|raves?|raved)
|(?:saved|saves|saving) (?:me |us )?(?:\w+ )?(?:time|money|hours|days|hassle|trouble)|(?:first|only) (?:place|time|company|salon|shop|one) (?:that|where|who|i|to)|finally (?:a|an|some|found|got|someone)|(?:wish|wished) (?:i|we) had (?:found|come|known|tried|switched)|(?:can|could) (?:finally|now|actually)|(?:made|makes|making) (?:it|everything|life|things) (?:so |much |a lot |really )?(?:easy|easier|simple|simpler)|(?:went|goes) (?:well|smoothly|great|perfectly)|(?:every|each) (?:single )?(?:time|visit) (?:is|was|has been) (?:a )?\w+|(?:no|without any) (?:pressure|hard sell|upsell(?:ing)?|queue|wait|waiting|surprises?|strings|pain|bother|gimmicks?|jargon)|improved|(?:pain|stress|worry|hassle|fuss)[- ]free
"""
PATTERNS_BAD_EN = r"""
still (?:no|not|waiting|has not|hasn't|have not|haven't|doesn't|does not|broken|isn't|missing)|(?:was|were|am|is|are) (?:supposed|meant) to|should (?:have|not|be ashamed|never)|shouldn't|(?:said|claim(?:s|ed)?|promis(?:e|es|ed)|advertis(?:e|es|ed)) .{0,40}(?:but|never|instead|nothing|not)|(?:was|were|been) promised|promised (?:for|by|to|a|the|me|us)|instead of|(?:three|four|five|six|several|multiple|many|countless|numerous|so many) (?:times|calls|emails|attempts|reminders|weeks (?:now|later)|months (?:now|later))|again and again|over and over|(?:only|just) (?:cares?|want(?:s|ed)?|interested|reads?|pastes?|repeats?|says?) |(?:keeps?|kept) \w+ing
|(?:never|nobody|no one|no-one|nothing) (?!had|been|have|else|but|disappoint\w*|fail\w*|let|miss\w*|complain\w*|wait\w*|felt|feel|seen|looked|tasted|too|to |a |an |in )\w+|(?:zero|no|not a single|not one|without) (?!doubt|need|longer|matter|one|idea|regrets?|wonder|comment|opinion)(?:replies|reply|answers?|heating|help|support|staff|toilet|towels?|soap|water|light|signs?|menu|instructions?|manual|receipt|invoice|refund|improvement|change|result|effect|follow[- ]?up|call ?back|contact|space|room|value|care|attention|training|experience|choice|variety|seasoning|explanation|apology|sauce|ice|air|lift|wifi|wi-fi|internet|signal)
|(?:ended up|turned out to be|turns out) |(?:i|we) (?:left|walked out|gave up|cancelled|canceled|switched|moved|complained|returned|threw|regret|had enough)|(?:got|was|were|been|being) (?:ignored|charged|told off|overcharged|billed|turned away|sent home|sent away|passed|kept|left waiting|left|pushed|pressured|lied to|cut off|cancelled|rushed|double)|(?:does|do|did|is|was|are|were|has|have|can|could|would|will)n't (?:\w+ )?(?:arrive|working|clear|ready|there|available|possible|honou?red|explained|cleaned|included|delivered|answered|changed|cooked|listen(?:ing)?|interested|bothered|get|find|see|hear|sleep|sit|park|pay|log|open|stand|eat|drink|finish|move)|who (?:thought|cares|wants|needs)|how (?:hard|difficult) (?:can|is)|thanks for nothing|just what (?:i|we) needed|oh (?:great|sure|good|joy)|yeah right
"""
# What says nothing, though its words would.
PHRASES_NEITHER_EN = r"""
nothing (?:special|much|to add|to say|to report|in particular|else)|(?:not|neither) (?:good )?(?:n?or|and not) bad|neither good|(?:too|bit) (?:early|soon)(?: to (?:tell|say|judge))?|so[- ]so|could be (?:better|worse)|mixed (?:bag|feelings)|middle of the road|as (?:expected|usual|always)|about average|fair enough|no (?:comments?|opinion|preference|idea yet)|(?:not|n't|no) (?:really )?(?:sure|certain|tried|decided|opened|started|know yet|say yet|an opinion|have an opinion)(?: it)?(?: yet)?
|(?:still )?waiting to see|see if|(?:have not|haven't|not) (?:yet )?(?:tried|used|opened|started|been|received)(?: it)?(?: yet)?|same as (?:last time|before|always|usual|everywhere|any)|(?:cannot|can't) (?:really )?(?:say|tell|judge|comment)|at least|thank you for asking|no problem|for the money|for the price
"""
# Turns of speech of which no word alone says it; each weighs as much as a mild word.
PATTERNS_GOOD_ZH = r"""
(?:一点|丝毫|完全|根本|几乎)(?:儿|也|都)*(?:不|没|没有)(?:贵|疼|痛|累|腻|吵|辣|油|差|慢|难|麻烦|困难|后悔|尴尬|推销|套路|含糊|马虎|耽误|浪费|刺激|紧|勒|闷|臭|脏)|(?:从来?|从没|从未|没|没有|零|无|毫无)(?:有|过|出过|出现过?|遇到过?)*(?:延期|失望|出错|差错|失误|故障|问题|纠纷|投诉|隐形消费|推销|套路|异味|压力|负担|副作用|后顾之忧|烦恼)
|(?:推荐|介绍|安利|分享)(?:给|了|过)|带(?:着)?(?:朋友|家人|爸妈|父母|同事|孩子|老公|老婆|闺蜜).{0,4}(?:来|去|吃|体验)|(?:续|复)(?:费|卡|购|课|约|签)了?|又(?:买|来|订|续|办|报)了|第[二三四五六七八九十]次(?:来|买|购|光顾|下单|合作|参加)|[三四五六七八九十几多]年(?:的)?(?:老)?(?:会员|顾客|客户|粉丝|用户)|(?:一直|每次都|每回都)(?:来|买|用|在|选|找|去)|买了(?:好)?[几多两三四五]次
|(?:比|较).{1,8}(?:便宜|好|快|强|划算|好吃|舒服|专业|实惠|高)(?:多|很多|得多|太多)?|跟?新的?一样|(?:终于|总算)(?:找到|有|买到|遇到|可以|不用)|再也不用|(?:省|节省|节约)(?:了|下)?.{0,4}(?:时间|钱|事|心|力)|(?:还|主动|额外|免费|特意|专门|耐心)(?:给我?们?|帮我?们?|送|倒|提醒|解释|讲解|联系|打电话|告诉|教|安排|加|换|调整|介绍|跟进|回访|更换|升级)
|(?:瘦|白|淡|亮|滑|嫩|紧|少|小|轻|好|高|进步|提升|改善|缓解|开朗|自信|提高)了(?:很多|不少|好多|许多|一圈|一截|几斤|一大半|一点点)|(?:明显|确实|真的|果然)(?:有|好|变|改善|进步|提升|不错|白|瘦)|(?:说|答应|承诺|约)(?:好)?(?:的)?(?:都)?(?:做到|兑现)|(?<!不)(?<!没)(?:爱|喜欢|愿意|期待|盼着|吵着|嚷着|闹着)(?:要)?(?:来|去|上|吃|学|喝)|(?:讲|说|解释|介绍|交代|写|分析)得?(?:很|都|特别|非常)?(?:清楚|明白|详细|仔细|透彻|细|到位|有道理)
|(?:随叫随到|当天(?:就)?(?:到|送|修|解决|搞定|出|回)|(?:几|十|半|一|两|五|十几|二十)(?:个)?(?:分钟|小时)(?:就|内|之内|不到)|第二天就|隔天就|马上(?:就)?(?:到|来|解决|处理|回|换|修)|立马|立刻|一次(?:就)?(?:过|搞定|成功|解决|修好))|(?:都|全|大家)(?:说|夸|赞|觉得)(?:很|挺|真)?(?:好|棒|不错|漂亮|香|值)|回头率|胃口大开|停不下来|爱不释手|合不拢嘴|赞不绝口|念念不忘|刮目相看|雪中送炭|锦上添花|如虎添翼|事半功倍|省了?不少
"""
PATTERNS_BAD_ZH = r"""
(?:等|排|拖|催|找|跑|打|试|修|退|换|问|要|改|投诉|反映|反馈|联系|沟通)了(?:我|都|快|将近|整整|足足|大概|差不多|至少|好|又)*(?:[一二三四五六七八九十两几多半\d]+)(?:多|来)?(?:个半?|次|趟|遍|回)?(?:小时|钟头|分钟|天|星期|礼拜|周|月|年|次|趟|遍|回|家)?|(?:[一二三四五六七八九十两几半\d]+)(?:多)?(?:个)?(?:小时|分钟|天|星期|礼拜|周|月|年)(?:了|多了|过去了)?(?:都|才|也|还)(?:没|不|在|到|来|送|发|回|修|轮)?|(?:迟迟|至今|到现在|到今天|一直|始终|还是|仍然|依然|从来|根本|完全|压根|居然|竟然|死活)(?:都|也|就)?(?:没|不|无|在催)
|[\u4e00-\u9fff](?:不了|不到|不上|不起来|不动|不出来?|不开|不掉|不住|不进去?|不下去?|不成|不通|不全|不齐|不准|不清)(?!疼|痛|累|腻)|(?:没|没有|无)人(?:管|理|接|回|应|来|问|处理|负责|回复|接待|解释|知道|告诉|通知|打扫|收拾)|(?:不|没|没有|未)(?:通知|提醒|告知|解释|说明|回复|回应|处理|道歉|打招呼|兑现|履行|按时|按约|准时|提前|打扫|清洗|消毒|熟|化开|洗干净|发货|收到|送达|到账|生效|改进|改善|效果|变化|作用|用处|诚意|耐心|礼貌|责任|规矩|道理|空调|热水|暖气|停车|车位|座位|位置|味道|标识|指示)
|(?:说|讲|约|谈|答应|承诺|保证|宣传|当初说)(?:好|过|了)?(?:的)?.{0,10}(?:结果|却|又|实际|最后|到头来|变成|变|现在)|(?:结果|却|反而|反倒|偏偏|明明(?!白)|居然|竟然|竟|难道|凭什么|何况|硬是|非要|还得|还要|只能|只好|不得不|被迫)|(?:谁|哪)(?:还)?(?:敢|会|受得了|能忍)|(?:越来越|越|变|变得)(?:差|贵|慢|少|小|糟|敷衍|难|烂|水|不|坏)|(?:不如|比不上|还不如|比.{1,6}(?:贵|差|慢|难))|(?:自己|自费|还要我|让我|叫我|要我)(?:掏|出|付|承担|贴|垫|赔|等|跑|重新|再|补|加)
|(?:坏|破|碎|断|裂|丢|掉|漏|洒|糊|馊|凉|冷|臭|脏|旧|烂|歪|变形|生锈|起球|褪色|脱胶|错|少|晚|迟|延误|涨|降|缩水|肿|过敏|烫|晒)了(?!一?点也不|很多斤)|(?:又|总|老|老是|总是|经常|常常|动不动|时不时|每次都|天天|三天两头|隔三差五)(?:要|给|被|说|让)?(?:坏|停|断|卡|掉|错|换|改|变|迟|晚|拖|推|催|催促|推销|出问题|出错|没|不|缺|漏|闪退|崩)|(?:一股|满是|到处是|到处都是|全是|都是|有股|有|发现).{0,4}(?:味|灰|灰尘|油|水渍|毛|头发|虫|垃圾|霉|污渍|划痕|线头|裂|泡)
|(?:服|醉|无语|受够|够)了$|(?:什么|啥)(?:玩意|东西|破|态度|服务|水平|素质)|(?:浪费|白|耽误)(?:了|花|跑|等|买|交|费)|(?:差|缺|少|漏|短)(?:了)?[一二两三几半\d]+(?:个|件|份|箱|盒|片|斤|颗|包|袋|瓶|块)|(?:只|光|就)(?:会|知道|顾|想)(?:着)?(?:推|卖|说|收|要|让|复制|敷衍|赚|骗|聊|玩)|(?:退|换|补|赔|修)(?:个)?.{0,4}(?:难|麻烦|费劲|拖|推|踢)|(?:以后|下次|再|绝对|打死|坚决)(?:也|都)?(?:不|别)(?:会|来|买|去|信|用|想|敢|推荐)|像(?:被|个|是)?.{1,6}(?:似的|一样的?态度)
"""
# A clause that begins so asks or wishes.
ASKS_EN = r"(?:please|pls|maybe|perhaps|could you|can you|do you|will you|would you|when (?:will|do|does|is|are)|is there|are there|(?:i |we |i'd |we'd |would )*(?:would )?(?:like|love|wish|hope|suggest|prefer)\b.{0,12}(?:more|if|to see|you could|you would|there were|a |an |that)|it would be (?:nice|good|great)|(?:any )?suggestions?:)"
ASKS_ZH = r"(?:希望|建议|能不能|可不可以|可否|能否|是否|请问|想问|问一下|什么时候|有没有|如果|要是|最好能|最好是|期待|麻烦你?们?|请你?们?)"
# A comment that is nothing else is neither good nor bad.
NEITHER_WHOLE_ZH = r"(?:还|也|就|都|总体|整体|感觉|觉得|味道|服务|环境|价格|效果|质量){0,3}(?:一般|一般吧|可以|可以吧|行|行吧|凑合|正常|普通|还行|还可以|不知道|不清楚|没想法|没意见|没建议|没什么|没啥|暂无|无|没有|没|差不多|中等|一般般吧|马马虎虎|说不上|不好说|就那样|就这样|随便)(?:吧|了|的|啦|哦|呀|啊)?"
