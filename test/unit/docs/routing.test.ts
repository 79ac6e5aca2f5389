/** docs/routing.md against the code: filters and reasons, none missing and none too many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { grpcFilterTypes, httpFilterTypes } from "../../../src/control-plane/kubernetes/routes/read-filters.ts";
import { acceptedReasons } from "../../../src/control-plane/model/routes/judge-route.ts";
import { unresolvedReasons } from "../../../src/control-plane/model/routes/resolve-backend.ts";
import { reasonsOfPage, rowsOfPage } from "./status-table.ts";

test("its filters are those that are read", () => {
  const rows = rowsOfPage("routing.md", ["filter", "HTTPRoute", "GRPCRoute"]);
  assert.deepEqual(rows.map(([type]) => type).toSorted(), httpFilterTypes.toSorted());
  const ofGrpc = rows.filter(([, , grpc]) => grpc === "yes").map(([type]) => type);
  assert.deepEqual(ofGrpc.toSorted(), grpcFilterTypes.filter((type) => type !== "ExtensionRef").toSorted());
});

test("its reasons are those of the status", () => {
  assert.deepEqual(reasonsOfPage("routing.md", "Accepted"), acceptedReasons);
  assert.deepEqual(reasonsOfPage("routing.md", "ResolvedRefs"), ["ResolvedRefs", ...unresolvedReasons]);
});
