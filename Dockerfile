# Both stages run scripts of deploy/docker, which tests run too, in a Debian 12 of their own (tests/deploy/test_image.py).

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY tools/install.sh tools/install.sh
COPY deploy/docker/build.sh deploy/docker/build.sh
RUN deploy/docker/build.sh packages
COPY . .
RUN deploy/docker/build.sh program /out

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="payment-service" \
      org.opencontainers.image.description="Payments for shops: create, process, capture, cancel, refund" \
      org.opencontainers.image.documentation="deploy/README.md"
RUN --mount=type=bind,source=deploy/docker/runtime.sh,target=/run/runtime.sh /run/runtime.sh
COPY --from=build /out/payment-service /usr/local/bin/payment-service

# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
# Without a database server: SQLite, payments.db in this folder.
WORKDIR /data
VOLUME /data
# Beyond loopback the service wants clients with keys, or `--open`.
ENV LISTEN=0.0.0.0:5009
EXPOSE 5009
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 CMD ["payment-service", "health"]
ENTRYPOINT ["payment-service"]
CMD ["serve"]
