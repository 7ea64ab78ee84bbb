# One static binary on an empty image. The builder is named by its exact version:
# a digest would be of one architecture's day, and what it builds is reproducible.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags grpcnotrace -ldflags "-s -w -X main.version=$VERSION" -o /aurea ./cmd/aurea
# An empty image has no mkdir and no chown, so /data is made here.
RUN mkdir /data

FROM scratch
# For jobs that speak TLS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /aurea /aurea
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 5000
# There is no shell and no curl here: the binary asks itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["/aurea", "health", "--server", "http://127.0.0.1:5000"]
ENTRYPOINT ["/aurea"]
# Inside a container every address is the container's own. Who may reach it is
# decided where its port is published: compose.yaml does so on loopback only.
CMD ["serve", "--listen", "0.0.0.0:5000", "--insecure", "--data", "/data"]
