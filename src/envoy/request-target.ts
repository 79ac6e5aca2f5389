/**
 * Probe paths as the kubelet would send them. A pod may declare any text as a path, also one that cannot stand in an
 * HTTP request line; the kubelet gives it to Go's URL parser and sends what comes out.
 */

/** What may stand in a path and query unencoded (RFC 3986 section 3.3 and 3.4), beside a percent sign. */
const unsafe = /[^A-Za-z0-9\-._~!$&'()*+,;=:@[\]/?%]/gu;
const strayPercent = /%(?![0-9A-Fa-f]{2})/g;

/** Path and query without the fragment, every character that needs it percent-encoded. */
export function requestTarget(path: string): string {
  const [target = ""] = path.toWellFormed().split("#", 1);
  return target.replace(strayPercent, "%25").replace(unsafe, (character) => encodeURIComponent(character));
}
