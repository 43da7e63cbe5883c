# One image for every service and for the migrations; the command says which it is.
FROM python:3.11.11-slim-bookworm AS packages
COPY requirements/runtime.txt /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        --requirement /requirements.txt

FROM python:3.11.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
RUN useradd --uid 10001 --no-create-home holdfast && install --directory --owner holdfast /data
COPY --from=packages /venv /venv
WORKDIR /holdfast
COPY alembic.ini main.py grpc_main.py worker_main.py services_main.py ./
COPY shared shared
COPY domain domain
COPY application application
COPY infrastructure infrastructure
COPY api api
COPY grpc_app grpc_app
COPY core core
COPY tools tools
COPY alembic alembic
RUN python -m compileall -q .
USER holdfast
CMD ["python", "main.py"]
