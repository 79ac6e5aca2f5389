# Everything a developer runs. `make demo` and `make test` need nothing but Node, npm and make; the targets that want more
# install it themselves (`make setup`).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The pinned Node comes with the dependencies and goes before the machine's own.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

modules := node_modules/.package-lock.json
bundle := dist/outrigger.js
sources := $(shell find src manifests -name '*.ts' -o -name '*.yaml' -o -name '*.binpb' 2>/dev/null) package.json scripts/build.ts

node_test := node --import ./test/property-seed.ts --test --test-reporter=spec
unit_tests := 'test/unit/**/*.test.ts' 'test/property/**/*.test.ts'

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(modules): package.json package-lock.json .npmrc
	@npm ci --loglevel=error
	@touch $@

.PHONY: setup
setup: $(modules) ## Install everything: dependencies, and (as root) what the integration and end-to-end tests need
	@scripts/setup.sh

$(bundle): $(modules) $(sources)
	@node scripts/build.ts

.PHONY: build
build: $(bundle) ## Bundle the product into dist/outrigger.js (then: npx outrigger)

.PHONY: types
types: $(modules)
	tsc -p .

.PHONY: check
check: $(modules) ## Types, lint, formatting, layers, generated files
	tsc -p .
	eslint --max-warnings 0 .
	prettier --check --log-level warn .
	depcruise --config .dependency-cruiser.cjs --output-type err src

.PHONY: format
format: $(modules) ## Format every file
	prettier --write --log-level warn .

.PHONY: test
test: $(modules) $(bundle) ## Unit, golden and property tests; needs nothing but Node
	$(node_test) $(unit_tests)

.PHONY: golden
golden: $(modules) ## Rewrite the golden files from what the code makes now, and prune
	UPDATE_GOLDEN=1 $(node_test) $(unit_tests)

.PHONY: integration
integration: setup $(bundle) ## Against the real Envoy and the real iptables, in network namespaces (root)
	$(node_test) --test-concurrency=1 'test/integration/**/*.test.ts'

.PHONY: e2e
e2e: e2e-api e2e-node e2e-mesh ## Every scenario by name, on KUBECONFIG or on clusters built here (as root)

.PHONY: e2e-api
e2e-api: $(modules) $(bundle) ## Those that need an API server alone; no root
	@node test/e2e/run.ts

.PHONY: e2e-node
e2e-node: $(modules) $(bundle) ## Those that need a node which runs pods
	@node test/e2e/run.ts --node

.PHONY: e2e-mesh
e2e-mesh: $(modules) $(bundle) ## Those of the mesh, with its control plane, on such a cluster
	@node test/e2e/run.ts --mesh

.PHONY: conformance
conformance: $(modules) $(bundle) ## The Gateway API's conformance suite, on such a cluster (Go); ARGS="--run-test NAME" for a part
	@node test/conformance/run.ts $(or $(ARGS),--record)

.PHONY: manifests
manifests: $(modules) ## Render manifests/install.yaml and install-mesh.yaml
	@node scripts/manifests/write-install.ts

.PHONY: demo
demo: $(modules) $(bundle) ## The main job, with no cluster: real AdmissionReviews and what comes back
	@node scripts/demo/run.ts

.PHONY: demo-mesh
demo-mesh: setup $(bundle) ## A mesh with no cluster (root): three sidecars, a control plane, mTLS, changes that take effect
	@node scripts/demo-mesh/run.ts

.PHONY: bench
bench: $(modules) $(bundle) ## The webhook beside Istio's, over HTTPS: one table
	@node test/bench/run.ts

.PHONY: bench-profile
bench-profile: $(modules) $(bundle) ## Where the webhook's time goes
	@node test/bench/inject-profile.ts
	@node test/bench/profile.ts

.PHONY: bench-cluster
bench-cluster: $(modules) $(bundle) ## What a sidecar costs, on a cluster that runs pods (root): latency, CPU, memory
	@node test/bench/cluster/run.ts --record docs/benchmarks.md --record README.md

.PHONY: bench-model
bench-model: $(modules) ## The control plane's model of the mesh: cost of a change, memory
	@node --expose-gc test/bench/model.ts

.PHONY: bench-routes
bench-routes: setup $(bundle) ## Ten thousand routes by a real sidecar (root): time of a change, and what a request takes longer
	@node test/bench/routes/run.ts --record docs/benchmarks.md

.PHONY: bench-xds
bench-xds: $(modules) $(bundle) ## The control plane under a thousand simulated proxies: time, bytes, CPU, memory (Go)
	@node test/bench/xds/run.ts --record docs/benchmarks.md --record README.md

.PHONY: judges
judges: ## Hold the strategic merge and the choice of endpoints against Kubernetes' own, Envoy's descriptors against their source (Go)
	@cd test/judges/strategic-merge && go run .
	@cd test/judges/endpoint-choice && go run .
	@scripts/envoy-api/check.sh

.PHONY: envoy-api
envoy-api: ## Write the descriptors of Envoy's API that the control plane uses (Go)
	@cd scripts/envoy-api && go run . ../../src/envoy-api/envoy-api.binpb

.PHONY: image
image: $(modules) $(bundle) ## Build the images outrigger and outrigger-init, with docker, podman, buildah or none of them
	@scripts/image.sh

.PHONY: clean
clean: ## Remove what was built
	rm -rf dist build coverage
