# Node alone, on which the program runs.
ARG BASE
FROM ${BASE}
COPY node /usr/local/bin/node
