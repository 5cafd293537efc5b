"""What every staff page shows around its content."""


def shell(request):
    return {"organisation": getattr(request, "organisation", None), "membership": getattr(request, "membership", None)}
