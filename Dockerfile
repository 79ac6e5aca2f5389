# syntax=docker/dockerfile:1
# Outrigger's own image: one bundled file on a base with nothing but Node. `docker build -t outrigger .`

FROM docker.io/library/node:24.21.0-trixie-slim AS build
WORKDIR /src
# First what changes rarely: the installed packages stay in the layer cache while only sources change.
COPY package.json package-lock.json ./
# No package needs its install script for bundling, so none is run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/
COPY manifests manifests
COPY src src
RUN node scripts/build.ts

# No shell and no package manager; runs as uid 65532, which the Deployment names too.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
LABEL org.opencontainers.image.title="outrigger" \
      org.opencontainers.image.description="A small service mesh for Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
COPY --from=build /src/dist/outrigger.js /outrigger.js
COPY LICENSE /LICENSE
USER 65532:65532
# Webhook; health and metrics.
EXPOSE 8443 8080
ENTRYPOINT ["/nodejs/bin/node", "/outrigger.js"]
CMD ["--help"]
