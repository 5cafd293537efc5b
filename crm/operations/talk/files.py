"""Papers of a customer: taken in after a look at what they are, given out, thrown away."""

import hashlib
from uuid import UUID

from crm.errors.talk import FileRefused, FileTooLarge, TooManyFiles
from crm.models import Customer, CustomerFile
from crm.rules.talk import LARGEST_FILE, MOST_FILES, kind_of_file
from tenancy import audit, door
from tenancy.people import present_member


def add_file(customer_id: UUID, *, name: str, content: bytes) -> CustomerFile:
    """Keep a file with a customer; the same content again is the first file."""
    if len(content) > LARGEST_FILE:
        raise FileTooLarge(most=LARGEST_FILE // 1024**2)
    content_type = kind_of_file(name, content)
    if content_type is None:
        raise FileRefused
    customer = Customer.objects.select_for_update(of=("self",)).get(id=customer_id)
    kept, mark = CustomerFile.objects.filter(customer=customer, removed_at=None), hashlib.sha256(content).hexdigest()
    if known := kept.filter(sha256=mark).defer("content").first():
        return known
    if kept.count() >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    file = CustomerFile.objects.create(
        customer=customer,
        name=_plain(name),
        content_type=content_type,
        size=len(content),
        sha256=mark,
        content=content,
        author=present_member(),
        created_at=door.moment(),
    )
    audit.record("file.added", file, {"customer_id": str(customer_id), "size": file.size})
    return file


def remove_file(file_id: UUID) -> CustomerFile:
    """Throw a file away; that it was there is remembered."""
    moved = CustomerFile.objects.filter(id=file_id, removed_at=None).update(removed_at=door.moment(), content=None)
    file = CustomerFile.objects.defer("content").get(id=file_id)
    if moved:
        audit.record("file.removed", file, {"customer_id": str(file.customer_id)})
    return file


def _plain(name: str) -> str:
    """Leave out folders and what is no letter of a name; the ending stays."""
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: 119 - len(ending)]}{dot}{ending}"
