# Airbyte's base for Python connectors: Python, pip, certificates and the user `airbyte`. Any image with Python 3.10 to
# 3.13, pip and venv does as well: --build-arg BASE_IMAGE=… The digest, that of both architectures, is the one that
# Airbyte's own connectors name; no registry could be asked for it where this was written. A newer one comes from
# `docker buildx imagetools inspect docker.io/airbyte/python-connector-base:TAG`, and goes into metadata.yaml too.
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.0@sha256:1d1aa21d34e851df4e8a87b391c27724c06e2597608e7161f4d167be853bd7b6

FROM ${BASE_IMAGE} AS build
USER root
# Settings of pip for networks without PyPI; with neither set, packages come from there.
ARG PIP_NO_INDEX
ARG PIP_FIND_LINKS
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
# The lock names every file by its hash. It lacks what the CDK asks for and no declarative source imports, two thirds of
# all bytes (tools/lock.py); the tests of the image would miss one that is needed.
COPY requirements/product.txt .
RUN python3 -m venv /opt/source-twilio \
    && /opt/source-twilio/bin/pip install --no-compile --require-hashes --no-deps --requirement product.txt
COPY . .
RUN /opt/source-twilio/bin/pip install --no-compile --no-deps --no-build-isolation . \
    && /opt/source-twilio/bin/pip uninstall --yes poetry-core setuptools pip \
    && find /opt/source-twilio \( -name tests -o -name __pycache__ \) -type d -prune -exec rm -r {} +

FROM ${BASE_IMAGE}
USER root
RUN id airbyte >/dev/null 2>&1 || useradd --uid 1000 --create-home airbyte
COPY --from=build /opt/source-twilio /opt/source-twilio
# The first run compiles what a run imports, which the user `airbyte` may not write.
RUN PYTHONDONTWRITEBYTECODE= /opt/source-twilio/bin/source-twilio spec > /dev/null
ENV AIRBYTE_ENTRYPOINT=/opt/source-twilio/bin/source-twilio
USER airbyte
WORKDIR /airbyte
ENTRYPOINT ["/opt/source-twilio/bin/source-twilio"]
# Where it was built from: --build-arg REVISION=$(git rev-parse HEAD) --build-arg SOURCE=… (the repository's address).
ARG REVISION
ARG SOURCE
LABEL io.airbyte.name=airbyte/source-twilio
LABEL io.airbyte.version=2.0.0
LABEL org.opencontainers.image.title=source-twilio
LABEL org.opencontainers.image.description="Airbyte source that reads a Twilio account and all its subaccounts"
LABEL org.opencontainers.image.version=2.0.0
LABEL org.opencontainers.image.licenses=MIT
LABEL org.opencontainers.image.revision=${REVISION}
LABEL org.opencontainers.image.source=${SOURCE}
