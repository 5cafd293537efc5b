"""REST: long work that was begun here; watch it, stop it."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import Conflict, NotFound
from tenancy import audit, jobs
from tenancy.models import Job


class JobIsOver(Conflict):
    code = "job_is_over"
    message = "This work is already over."


class JobOut(serializers.ModelSerializer):
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Job
        fields = [
            "id", "kind", "state", "done", "total", "percent", "is_cancel_requested", "result", "created_at", "finished_at",
        ]  # fmt: skip


class OneJob(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(operation_id="jobs_get", summary="Watch long work", responses=JobOut)
    def get(self, request, job_id):
        return Response(JobOut(_job(job_id)).data)


class CancelJob(APIView):
    permissions = {"POST": "customers:write"}

    @extend_schema(
        operation_id="jobs_cancel", summary="Stop long work after its present step", request=None, responses=JobOut
    )
    def post(self, request, job_id):
        job = _job(job_id)
        if not jobs.request_cancel(job_id):
            raise JobIsOver(state=job.state)
        audit.record("job.cancel_requested", job, {"kind": job.kind})
        return Response(JobOut(_job(job_id)).data)


def _job(job_id) -> Job:
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise NotFound
    return job


urlpatterns = [path("jobs/<uuid:job_id>", OneJob.as_view()), path("jobs/<uuid:job_id>/cancel", CancelJob.as_view())]
