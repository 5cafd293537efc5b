"""What the addresses of imports ask for."""

from integrations.operations import save_template
from integrations.options import AS_USUAL


def kept_columns() -> dict[str, object]:
    kept = save_template("customers", "Till", {"name": "Name"}, AS_USUAL)
    return {"import_template_id": kept.id, "import_kind": "customers", "file_form": "xlsx"}
