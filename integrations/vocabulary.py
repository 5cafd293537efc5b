"""What the columns of a file can be read as, under the names people give them in two languages."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Field:
    name: str
    label: str | Promise
    synonyms: str  # words a header may be, parted by spaces; spaces inside a header are ignored
    is_required: bool = False


_EXTERNAL_ID = Field(
    "external_id", _("External id"),
    "externalid id customerid customerno customernumber customercode memberid memberno clientid cardno "
    "客户编号 客户id 客户号 客户代码 会员编号 会员id 会员号 会员卡号 卡号 外部编号 外部id 编号",
)  # fmt: skip
_PHONE = Field(
    "phone", _("Phone"),
    "phone phonenumber mobile mobilephone mobilenumber tel telephone cell cellphone customerphone "
    "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话 客户电话 客户手机",
)  # fmt: skip
_EMAIL = Field(
    "email", _("E-mail"),
    "email emailaddress mail customeremail 邮箱 电子邮箱 邮件 电子邮件 邮箱地址 邮件地址 客户邮箱",
)  # fmt: skip
_WECHAT = Field("wechat", _("WeChat"), "wechat wechatid weixin wxid openid 微信 微信号")
_PROVINCE = Field(
    "province", _("Province or country"), "province state region county country 省 省份 地区 所在省份 国家 所在地区"
)

_CUSTOMERS = (
    Field(
        "name", _("Name"),
        "name fullname customername customer clientname contact contactname "
        "姓名 名字 名称 客户 客户姓名 客户名称 联系人 会员姓名 称呼",
        is_required=True,
    ),
    _PHONE, _EMAIL, _EXTERNAL_ID, _WECHAT,
    Field("kind", _("Person or company"), "kind type customertype 类型 客户类型 客户性质"),
    Field("gender", _("Gender"), "gender sex 性别"),
    Field("birth_date", _("Date of birth"), "birthdate dateofbirth dob birthday 生日 出生日期 出生年月日"),
    _PROVINCE,
    Field("city", _("City"), "city town 市 城市 所在城市"),
    Field("address", _("Street and number"), "address street streetaddress addressline 地址 详细地址 街道地址 住址"),
    Field("postal_code", _("Postal code"), "postalcode postcode zip zipcode 邮编 邮政编码"),
    Field("interests", _("Interests"), "interests interest hobbies hobby 兴趣 爱好 兴趣爱好"),
    Field("personal_values", _("What matters to them"), "personalvalues priorities preferences 看重 关注点 偏好"),
    Field("occupation", _("Occupation"), "occupation job profession jobtitle 职业 职务 职位"),
    Field("language", _("Language"), "language lang 语言"),
    Field("note", _("Note"), "note notes comment comments remark remarks 备注 说明 注释"),
    Field("tags", _("Tags"), "tags tag labels label keywords 标签 客户标签 会员标签"),
    Field(
        "owner", pgettext_lazy("of a customer", "Owner"),
        "owner owneremail salesperson salesrep assignedto responsible accountmanager "
        "负责人 所属人 归属人 销售 业务员 跟进人 客户经理",
    ),
    Field("stage", _("Stage"), "stage lifecyclestage customerstage status 阶段 客户阶段 客户状态"),
    Field(
        "company", _("Company they work for"),
        "company companyname employer organisation organization firm 公司 公司名称 所在公司 单位 工作单位",
    ),
    Field(
        "marketing", _("Agreed to offers and news"),
        "marketing marketingconsent optin subscribed newsletter acceptsmarketing emailoptin "
        "营销同意 同意营销 接受营销 订阅 是否订阅",
    ),
    Field(
        "consent_at", _("Agreed on"),
        "consentdate consentat optindate subscribedat agreedon 同意时间 同意日期 授权时间 订阅时间",
    ),
    Field("consent_source", _("Where they agreed"), "consentsource optinsource 同意来源 授权来源 同意渠道"),
    Field(
        "referrer_phone", _("Referrer's phone"),
        "referrerphone referrermobile referredbyphone introducerphone "
        "推荐人手机号 推荐人手机 推荐人电话 介绍人手机 介绍人电话",
    ),
    Field("referrer_email", _("Referrer's e-mail"), "referreremail referredbyemail introduceremail 推荐人邮箱 介绍人邮箱"),
    Field(
        "referrer_id", _("Referrer's external id"),
        "referrerid referredbyid referrer referredby introducer 推荐人编号 推荐人会员号 推荐人 介绍人",
    ),
    Field("referrer_code", _("Referral code"), "referralcode referrercode invitecode invitationcode 推荐码 邀请码"),
    Field("referred_at", _("Referred on"), "referredat referredon referraldate 推荐日期 推荐时间 介绍日期"),
)  # fmt: skip

_ORDERS = (
    Field(
        "order_id", _("Order number"),
        "orderid order orderno ordernumber invoiceno invoice invoicenumber externalid "
        "订单 订单号 订单编号 单号 交易号 流水号 发票号",
        is_required=True,
    ),
    Field(
        "total", _("Amount"),
        "total amount ordertotal totalamount grandtotal price sum paid amountpaid "
        "金额 总金额 订单金额 总价 合计 实付 实付金额 支付金额 付款金额",
        is_required=True,
    ),
    Field(
        "placed_at", _("Date"),
        "date orderdate placedat createdat time ordertime purchasedate invoicedate "
        "日期 时间 下单时间 下单日期 订单时间 订单日期 交易时间 购买日期 创建时间",
        is_required=True,
    ),
    Field("status", _("Status"), "status orderstatus state 状态 订单状态 交易状态"),
    Field("paid_at", _("Paid on"), "paidat paymentdate datepaid paiddate 付款时间 支付时间 付款日期 支付日期"),
    Field("currency", _("Currency"), "currency currencycode 币种 货币"),
    Field("channel", _("Channel"), "channel saleschannel 渠道 销售渠道 来源渠道"),
    Field(
        "customer_name", _("Customer's name"),
        "customername customer name buyer buyername fullname 客户姓名 客户 姓名 买家 收货人 客户名称 会员姓名",
    ),
    Field(
        "customer_id", _("Customer's external id"),
        "customerid customerno customernumber customercode memberid memberno "
        "客户编号 客户id 客户号 会员编号 会员号 会员卡号",
    ),
    Field("customer_phone", _("Customer's phone"), _PHONE.synonyms),
    Field("customer_email", _("Customer's e-mail"), _EMAIL.synonyms),
    Field("sku", _("Product code"), "sku productcode productid itemcode item 商品编码 商品编号 货号 商品代码"),
    Field("product", _("Product"), "product productname description itemname 商品 商品名称 品名 产品"),
    Field("quantity", _("Quantity"), "quantity qty units 数量 件数 购买数量"),
)  # fmt: skip

_PURCHASES = (
    Field(
        "invoice", _("Invoice or order number"),
        "invoiceno invoice invoicenumber invoiceid orderid order orderno ordernumber 发票号 订单号 订单编号 单号 小票号",
        is_required=True,
    ),
    Field(
        "sku", _("Product code"),
        "stockcode sku productcode productid itemcode item barcode 商品编码 商品编号 货号 商品代码 条码 sku编码",
        is_required=True,
    ),
    Field("product", _("Product"), "description product productname itemname title 商品 商品名称 品名 描述 名称"),
    Field("quantity", _("Quantity"), "quantity qty count units 数量 件数 购买数量", is_required=True),
    Field(
        "placed_at", _("Date"),
        "invoicedate date orderdate time placedat purchasedate 日期 时间 下单时间 订单日期 交易时间 购买日期 开票日期",
        is_required=True,
    ),
    Field("unit_price", _("Price of one"), "unitprice price priceeach 单价 价格 售价", is_required=True),
    Field(
        "customer_id", _("Customer's external id"),
        "customerid customerno customernumber customer memberid memberno clientid 客户编号 客户id 客户号 会员编号 会员号",
        is_required=True,
    ),
    Field("customer_name", _("Customer's name"), "customername name fullname buyer 客户姓名 姓名 买家 客户名称"),
    _PROVINCE,
)  # fmt: skip

_OPENING_BALANCES = (
    Field(
        "amount", _("Balance"),
        "balance amount points pointsbalance value credit 积分 积分余额 余额 可用积分 剩余积分 金额",
        is_required=True,
    ),
    _EXTERNAL_ID, _PHONE, _EMAIL,
    Field(
        "expires_at", _("Can be used until"),
        "expiresat expires expiry expirydate validuntil 到期 到期日 有效期 有效期至 过期时间",
    ),
    Field("unit", _("Points or currency"), "unit currency kind type 单位 币种 类型"),
    Field(
        "reference", pgettext_lazy("of an entry", "Reference"),
        "reference ref id lineid transactionid 流水号 编号 凭证号 参考号",
    ),
)  # fmt: skip

_DEALS = (
    Field(
        "title", _("Deal"),
        "title deal dealname name subject opportunity opportunityname project "
        "商机 商机名称 商机标题 标题 名称 项目 项目名称 机会名称 销售机会",
        is_required=True,
    ),
    Field(
        "customer_name", _("Customer's name"),
        "customername customer name contact contactname associatedcontact associatedcontacts clientname accountname account "
        "客户 客户姓名 客户名称 姓名 联系人 关联客户",
    ),
    Field("customer_phone", _("Customer's phone"), _PHONE.synonyms),
    Field("customer_email", _("Customer's e-mail"), f"{_EMAIL.synonyms} contactemail"),
    Field(
        "customer_id", _("Customer's external id"),
        "customerid customerno customernumber customercode contactid memberid accountid "
        "客户编号 客户id 客户号 会员编号 会员号",
    ),
    Field(
        "company", _("Company"),
        "company companyname associatedcompany organisation organization 公司 公司名称 单位 所属公司",
    ),
    Field("amount", _("Amount"), "amount value dealamount dealvalue total price sum 金额 商机金额 预计金额 合同金额 总金额"),
    Field("currency", _("Currency"), "currency currencycode dealcurrency 币种 货币"),
    Field("pipeline", _("Pipeline"), "pipeline salespipeline funnel 销售流程 流程 管道 销售管道"),
    Field("stage", _("Stage"), "stage dealstage status state phase salesstage 阶段 商机阶段 销售阶段 状态"),
    Field(
        "owner", pgettext_lazy("of a customer", "Owner"),
        "owner dealowner owneremail salesperson salesrep assignedto responsible 负责人 所属人 归属人 销售 业务员 跟进人",
    ),
    Field(
        "expected_close", _("Expected close"),
        "expectedclose closedate expectedclosedate dateclosed closingdate 预计成交日期 预计成交 预计签约日期 预计结束日期",
    ),
    Field(
        "opened_at", _("Opened on"),
        "openedat openedon created createdat createdate createddate 创建时间 创建日期 开始日期 立项日期",
    ),
    Field(
        "closed_at", _("Closed on"),
        "closedat closedon actualclosedate wondate lostdate 成交日期 成交时间 关闭时间 关闭日期 赢单日期",
    ),
    Field(
        "loss_reason", _("Reason it was lost"),
        "lossreason lostreason closedlostreason reasonlost 输单原因 丢单原因 失败原因 流失原因",
    ),
    Field("next_step", _("Next step"), "nextstep nextaction 下一步 下一步计划 下步计划"),
    Field(
        "next_step_on", _("Next step on"),
        "nextstepon nextstepdate nextactivitydate nextcontact 下一步日期 下次跟进时间 下次联系时间",
    ),
    Field(
        "deal_id", _("Deal number"),
        "dealid dealno dealnumber opportunityid recordid id number 商机编号 商机id 编号 记录编号",
    ),
)  # fmt: skip

FIELDS: dict[str, tuple[Field, ...]] = {
    "customers": _CUSTOMERS, "orders": _ORDERS, "purchases": _PURCHASES, "opening_balances": _OPENING_BALANCES,
    "deals": _DEALS,
}  # fmt: skip
# What a template file shows: in English, in Chinese.
EXAMPLES: dict[str, dict[str, tuple[str, str]]] = {
    "customers": {
        "name": ("Ann Smith", "张伟"), "phone": ("07700 900123", "13800138000"),
        "email": ("ann@example.com", "zhangwei@example.com"), "external_id": ("K1001", "K1001"),
        "gender": ("female", "男"), "birth_date": ("1988-05-01", "1988-05-01"),
        "city": ("Leeds", "上海"), "province": ("Yorkshire", "上海市"), "tags": ("VIP, wine", "VIP，红酒"),
        "kind": ("person", "个人"), "stage": ("customer", "客户"), "marketing": ("yes", "是"),
        "consent_at": ("2026-03-14", "2026-03-14"), "consent_source": ("shop counter", "门店"),
        "referrer_phone": ("07700 900456", "13900139000"), "referred_at": ("2026-03-01", "2026-03-01"),
    },
    "orders": {
        "order_id": ("A1001", "A1001"), "total": ("129.50", "129.50"), "placed_at": ("2026-03-14 10:30", "2026-03-14 10:30"),
        "status": ("paid", "已付款"), "customer_name": ("Ann Smith", "张伟"),
        "customer_phone": ("07700 900123", "13800138000"),
        "sku": ("TEA-01", "TEA-01"), "product": ("Green tea", "绿茶"), "quantity": ("2", "2"),
    },
    "purchases": {
        "invoice": ("536365", "536365"), "sku": ("TEA-01", "TEA-01"), "product": ("Green tea", "绿茶"),
        "quantity": ("2", "2"), "placed_at": ("2026-03-14 10:30", "2026-03-14 10:30"), "unit_price": ("4.50", "4.50"),
        "customer_id": ("K1001", "K1001"),
        "customer_name": ("Ann Smith", "张伟"),
    },
    "opening_balances": {
        "amount": ("1200", "1200"), "external_id": ("K1001", "K1001"), "phone": ("07700 900123", "13800138000"),
        "expires_at": ("2027-12-31", "2027-12-31"), "unit": ("points", "积分"), "reference": ("old-1001", "old-1001"),
    },
    "deals": {
        "title": ("Office coffee", "企业礼品采购"), "customer_name": ("Ann Smith", "张伟"),
        "customer_phone": ("07700 900123", "13800138000"), "customer_email": ("ann@example.com", "zhangwei@example.com"),
        "amount": ("4200", "42000"), "stage": ("Proposal", "方案报价"), "expected_close": ("2027-03-31", "2027-03-31"),
        "opened_at": ("2026-03-14", "2026-03-14"), "next_step": ("Send the offer", "发送报价"),
        "deal_id": ("D1001", "D1001"),
    },
}  # fmt: skip
