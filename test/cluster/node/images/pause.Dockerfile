# Keeps the network of a pod: one static program that sleeps.
FROM scratch
COPY busybox /busybox
ENTRYPOINT ["/busybox", "sleep", "infinity"]
