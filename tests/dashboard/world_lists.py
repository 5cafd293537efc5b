"""What the addresses of lists need: a view, and work on many rows."""

from uuid import UUID

from crm.models import ListPiece
from crm.operations.lists import views, work


def listed(member) -> dict[str, UUID]:
    view = views.keep_view(member, "customers", name="Loyal ones", query="stage=loyal", is_shared=True)
    told = {"format": "csv"}
    asked = work.ask_for(member, "customers", "export", total=1, arguments=told, language="en", query="")
    work.keep_piece(asked, ListPiece.Kind.FILE, 0, b"Name\nAnn\n")
    return {"view_id": view.id, "work_job_id": asked.job_id}
