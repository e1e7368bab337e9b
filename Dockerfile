# The service as an image: built with Rust's image, run on Debian's smallest.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked --package api --bin vinculo

FROM debian:bookworm-slim
# What TLS to a bucket trusts.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --create-home --home-dir /var/lib/vinculo \
        --shell /usr/sbin/nologin vinculo \
    && chmod 700 /var/lib/vinculo
COPY --from=build /src/target/dist/vinculo /usr/local/bin/vinculo
COPY LICENSE NOTICE /usr/share/doc/vinculo/
# The embedded database and the files, if they are kept here, and the key that signs tokens.
ENV VINCULO_DATA_DIR=/var/lib/vinculo \
    VINCULO_LISTEN=0.0.0.0:8080
VOLUME /var/lib/vinculo
USER vinculo
EXPOSE 8080
STOPSIGNAL SIGTERM
# The image has no curl; bash speaks TCP. Only for the default port.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["vinculo"]
CMD ["serve"]
