"""The official account of the furnished acme, and a kind of message that goes over it."""

from messaging.operations.wechat import save_account, save_template


def an_official_account() -> dict[str, object]:
    save_account(name="Acme", app_id="wx0123456789abcdef", secret="0123456789abcdef" * 2)
    save_template(kind="reward_accrued", template_id="TPL_reward_accrued", fields={"thing1": "{reason_title}"})
    return {}
