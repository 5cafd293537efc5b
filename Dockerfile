# One image for web, worker, beat and migrations; docker-compose.yml says which it is.
FROM node:22-bookworm-slim AS assets
WORKDIR /srv/yinjian
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=peer --no-audit --no-fund

FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    YINJIAN_MODE=production YINJIAN_STATE_DIR=/srv/state
WORKDIR /srv/yinjian
COPY --from=packages /srv/venv /srv/venv
COPY --from=assets /srv/yinjian/node_modules node_modules
COPY . .
# The settings refuse to load without these; none of them is used or kept.
RUN SECRET_KEY=only-while-collecting-static-files-never-kept-in-the-image \
    DATA_KEYS="$(printf only-while-collecting-static-fil | base64)" \
    DATABASE_URL=postgresql://nowhere.invalid/none REDIS_URL=redis://nowhere.invalid \
    PUBLIC_URL=https://nowhere.invalid SMTP_HOST=nowhere.invalid \
    python manage.py collectstatic --noinput -v0 \
    && rm -rf node_modules \
    && useradd --system --uid 10001 --home-dir /srv/state yinjian \
    && mkdir -p /srv/state/media /srv/state/beat \
    && chown yinjian /srv/state/media /srv/state/beat
USER yinjian
EXPOSE 8000
# The host must be one the settings allow, and http is not sent on to https for this address.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os; from urllib.parse import urlsplit; from urllib.request import Request, urlopen; urlopen(Request('http://127.0.0.1:8000/healthz', headers={'Host': urlsplit(os.environ['PUBLIC_URL']).hostname}), timeout=4)"]
CMD ["python", "-m", "granian", "--interface", "wsgi", "config.wsgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws"]
