# OpenBao, as the manifests know the official image: its program in the PATH.
ARG BASE
FROM ${BASE}
COPY bao /usr/local/bin/bao
