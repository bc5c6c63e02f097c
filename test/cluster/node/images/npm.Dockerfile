# Node with npm, which knows this machine's registry and whom it trusts: only to build on, never a part of another image.
ARG BASE
FROM ${BASE}
COPY npm /usr/local/lib/npm
COPY npmrc /root/.npmrc
COPY certificates.pem /root/certificates.pem
ENV NODE_EXTRA_CA_CERTS=/root/certificates.pem npm_config_cache=/npm-cache npm_config_prefer_offline=true
RUN ["ln", "-s", "../lib/npm/bin/npm-cli.js", "/usr/local/bin/npm"]
