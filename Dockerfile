# A static binary and nothing else: docker run --rm -v "$PWD:/work" ghcr.io/rulec/rulec check rules/
FROM rust:1-alpine AS build
# A C compiler for the allocator and the TLS of the feature `s3`.
RUN apk add --no-cache build-base
WORKDIR /source
COPY . .
RUN cargo build --release --locked --features s3

FROM scratch
# For s3:// over HTTPS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /source/target/release/rulec /rulec
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/rulec"]
