"""A member's account: what came, what went, and what is left; as a page, on paper, as a file."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from integrations.finance_exports import statement_csv
from portal.account import Asked, asked, history_lines, roles_of, shown, statement_of, title_of
from portal.lots import debt_lines, expiry_lines
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing
from portal.wallet import wallet_of

_A_PAGE = 20


@require_safe
@member_page
def history(request: HttpRequest) -> HttpResponse:
    wanted = _asked(request)
    whole = statement_of(request.member.id, wanted, limit=1)
    page = _page(request, whole.count if whole else 0)
    context = {"page": page, "asked": wanted, "wallet": wallet_of(request.member.id), "keep": f"{wanted.query}&"}
    if whole:
        part = statement_of(request.member.id, wanted, limit=_A_PAGE, offset=max(page.start_index() - 1, 0))
        context |= {
            "statement": whole, "lines": history_lines(request.member.id, part),
            "opening": shown(whole.opening.balance, whole.unit), "closing": shown(whole.closing.balance, whole.unit),
            "expiries": expiry_lines(request.member.id, whole.unit), "debts": debt_lines(request.member.id, whole.unit),
        }  # fmt: skip
    return show_member(request, "history.html", context)


@require_safe
@member_page
def history_file(request: HttpRequest) -> HttpResponse:
    """Send the statement as a CSV file that a spreadsheet opens."""
    wanted = _asked(request)
    found = statement_of(request.member.id, wanted, limit=None)
    if found is None:
        raise Missing
    roles = roles_of(found.lines)
    lines = list(statement_csv(found, title=lambda line: title_of(line, roles)))  # now: in the member's language
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statement-{wanted.unit}-{wanted.year or "all"}.csv"'
    return response


def _asked(request) -> Asked:
    return asked(request.member.id, unit=request.GET.get("unit", ""), year=request.GET.get("year", ""))


def _page(request, count: int) -> Page:
    return Paginator(range(count), _A_PAGE).get_page(request.GET.get("page"))
