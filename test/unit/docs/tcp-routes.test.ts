/** docs/tcp-routes.md against the code: reasons, none missing and none too many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tcpAcceptedReasons } from "../../../src/control-plane/model/tcp-routes/judge-tcp-route.ts";
import { tcpUnresolvedReasons } from "../../../src/control-plane/model/tcp-routes/resolve-tcp-backend.ts";
import { reasonsOfPage } from "./status-table.ts";

test("its reasons are those of the status", () => {
  assert.deepEqual(reasonsOfPage("tcp-routes.md", "Accepted"), tcpAcceptedReasons);
  assert.deepEqual(reasonsOfPage("tcp-routes.md", "ResolvedRefs"), ["ResolvedRefs", ...tcpUnresolvedReasons]);
});
