# PostgreSQL from Debian, as the manifests know the official image: user 999, and all programs in the PATH.
ARG BASE
FROM ${BASE}
RUN ["/bin/sh", "-c", "groupmod -g 999 postgres && usermod -u 999 -g 999 postgres && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/"]
# As in the official image: on the default signal it would wait for every client to go.
STOPSIGNAL SIGINT
