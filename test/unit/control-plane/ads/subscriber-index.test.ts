import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { SubscriberIndex } from "../../../../src/control-plane/ads/subscriber-index.ts";

const { cluster, endpoints } = typeUrls;
const [web, db, other] = [{ name: "web" }, { name: "db" }, { name: "other" }];

function index(): SubscriberIndex<{ readonly name: string }> {
  const made = new SubscriberIndex<{ readonly name: string }>();
  made.open(web, "shop/web");
  made.open(db, "shop/db");
  made.open(other, "shop/db");
  made.began(web, endpoints, "a");
  made.began(db, endpoints, "a");
  made.began(db, cluster, "b");
  return made;
}

describe("a change", () => {
  test("concerns those who want what has changed, with nothing but that", () => {
    const shared = new Map([
      [endpoints, new Set(["a", "z"])],
      [cluster, new Set(["b"])],
    ]);
    const found = index().concerned({ shared, proxies: new Set() });
    assert.deepEqual([...found.keys()], [web, db]);
    assert.deepEqual(found.get(web), { everything: false, names: new Map([[endpoints, ["a"]]]) });
    const names = new Map([
      [endpoints, ["a"]],
      [cluster, ["b"]],
    ]);
    assert.deepEqual(found.get(db), { everything: false, names });
  });

  test("of a pod concerns all streams of it, whatever they want", () => {
    const shared = new Map([[endpoints, new Set(["a"])]]);
    const found = index().concerned({ shared, proxies: new Set(["shop/db", "shop/unknown"] as const) });
    assert.deepEqual(found.get(db), { everything: true });
    assert.deepEqual(found.get(other), { everything: true });
    assert.equal(found.get(web)?.everything, false);
  });

  test("of everybody concerns everybody", () => {
    assert.equal(index().concerned({ shared: new Map(), proxies: "all" }).size, 3);
  });
});

test("what nobody wants any more is told once, and who has ended is gone", () => {
  const made = index();
  assert.equal(made.ceased(web, endpoints, "a"), false);
  assert.equal(made.ceased(web, endpoints, "a"), false);
  assert.equal(made.ceased(db, endpoints, "a"), true);
  made.close(db, "shop/db");
  made.close(db, "shop/db");
  assert.equal(made.size, 2);
  assert.deepEqual([...made.all()], [web, other]);
});
