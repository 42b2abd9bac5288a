# Airbyte's base for Python connectors: Python, pip, certificates and the user `airbyte`. Any image with Python 3.10 to
# 3.13, pip and venv does as well: --build-arg BASE_IMAGE=…
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.0

FROM ${BASE_IMAGE} AS build
USER root
# Settings of pip for networks without PyPI; with neither set, packages come from there.
ARG PIP_NO_INDEX
ARG PIP_FIND_LINKS
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY . .
RUN python3 -m venv /opt/source-twilio \
    && /opt/source-twilio/bin/pip install --no-compile --constraint constraints.txt .
# The CDK requires these for file sources, vector destinations and its command line. No declarative source imports them,
# and they are two thirds of all bytes; the tests of the image would miss one that is needed.
RUN /opt/source-twilio/bin/pip uninstall --yes pandas numpy grpcio grpcio-status google-cloud-secret-manager \
        google-api-core google-auth googleapis-common-protos grpc-google-iam-v1 proto-plus protobuf pyasn1 \
        pyasn1_modules nltk joblib regex tqdm rapidfuzz dateparser rich-click rich pygments markdown-it-py mdurl \
    && /opt/source-twilio/bin/pip uninstall --yes setuptools pip \
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
LABEL io.airbyte.name=airbyte/source-twilio
LABEL io.airbyte.version=2.0.0
