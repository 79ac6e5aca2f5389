/**
 * Whether the API server calls the webhook, in the right cases, and gets an answer. Pure.
 */
import type { X509Certificate } from "node:crypto";
import { readBundles } from "../../certificates/webhook-configuration.ts";
import type { WebhookConfiguration } from "../../certificates/webhook-configuration.ts";
import { fingerprintOf, parseCertificates } from "../../certificates/pem.ts";
import { describeObject } from "../../installation/manifest.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";
import type { WebhookEntries } from "../compare-webhooks.ts";
import { compareWebhooks } from "../compare-webhooks.ts";
import type { LiveConfiguration } from "../installation-facts.ts";
import type { Probe } from "../probe-webhook.ts";

const group = "webhook";
const exists = { group, name: "webhook-configuration" };
const bundle = { group, name: "ca-bundle" };
const answers = { group, name: "webhook-answers" };

const reinstall = "`outrigger install` puts it right; add --force-conflicts where it says that others hold the fields";

/** What is lost without the configuration. The advisory one refuses nothing and changes nothing. */
function whenAbsent(name: string, advisory: boolean): Check {
  const fix = "run `outrigger install` again";
  return advisory
    ? warning(exists, `there is no ${name}: nobody is warned when a workload is applied`, fix)
    : failure(exists, `there is no ${name}: no pod gets a sidecar`, fix);
}

/** Whether a configuration is there and as shipped, in one of its documented forms. */
export function checkConfiguration({ shipped, found }: LiveConfiguration): Check {
  const name = describeObject(shipped.object);
  if (found.state === "unknown") {
    return warning(exists, `${name} could not be read: ${found.why}`, "run as an administrator");
  }
  const advisory = shipped.object.kind === "ValidatingWebhookConfiguration";
  if (found.state === "absent") return whenAbsent(name, advisory);
  const differences = compareWebhooks(found.value, shipped.forms as readonly WebhookEntries[]);
  if (differences.length === 0) return ok(exists, `${name} is as shipped`);
  const message = `${name} is not as shipped`;
  const missing = !advisory && differences.some((line) => line.endsWith(": missing"));
  return missing ? failure(exists, message, reinstall, differences) : warning(exists, message, reinstall, differences);
}

function distrust(configuration: WebhookConfiguration, wanted: readonly X509Certificate[]): readonly string[] {
  return readBundles(configuration).flatMap((text, index) => {
    const trusted = parseCertificates(text).map(fingerprintOf);
    const name = configuration.webhooks?.[index]?.name ?? "";
    if (trusted.length === 0) return [`${name}: no CA at all`];
    const missing = wanted.filter((authority) => !trusted.includes(fingerprintOf(authority)));
    return missing.map(({ subject, validTo }) => `${name}: does not trust ${subject} valid until ${validTo}`);
  });
}

/**
 * Whether every entry trusts every CA that the replicas sign with.
 *
 * @param authorities PEM of those CAs
 */
export function checkBundles(
  configurations: readonly WebhookConfiguration[],
  authorities: Attempt<string>,
): readonly Check[] {
  if (configurations.length === 0) return [];
  const wanted = authorities.state === "known" ? parseCertificates(authorities.value) : [];
  const wrong = configurations.flatMap((configuration) => distrust(configuration, wanted));
  if (wrong.length > 0) {
    const message = "entries of the webhook configurations do not trust the injector's certificate";
    const fix =
      "the injector puts that right within seconds; if it stays, see its log and its right to patch the configurations";
    return [failure(bundle, message, fix, wrong)];
  }
  const message =
    wanted.length > 0
      ? "every webhook entry trusts the injector's CA"
      : "every webhook entry trusts a CA (the injector's own could not be read to compare)";
  return [ok(bundle, message)];
}

/** What a pod made it through, or did not. */
export function checkAnswer(probe: Attempt<Probe | undefined>): Check {
  if (probe.state !== "known" || probe.value === undefined) {
    const why = probe.state === "unknown" ? probe.why : "there is no namespace to try it in";
    return warning(
      answers,
      `whether the webhook answers is not known: ${why}`,
      "label a namespace outrigger.dev/injection=enabled",
    );
  }
  const { namespace, result } = probe.value;
  switch (result.state) {
    case "injected":
      return ok(answers, `a pod tried in namespace ${namespace} came back with its sidecar`);
    case "denied":
      return warning(
        answers,
        `the webhook answers, and refuses pods of namespace ${namespace}: ${result.message}`,
        "correct what it names",
      );
    case "unanswered":
      return failure(
        answers,
        `the API server gets no answer from the webhook: ${result.message}`,
        "see that replicas are ready, and that the API server may reach their port 8443 (NetworkPolicy, the cloud's firewall)",
      );
    case "untouched":
      return failure(
        answers,
        `a pod tried in namespace ${namespace} came back without a sidecar`,
        "see the checks above; if they are well, whether the API server may reach port 8443 of the replicas",
      );
    case "inconclusive":
      return warning(
        answers,
        `a pod tried in namespace ${namespace} was refused by somebody else: ${result.message}`,
        "ask for the right to create pods there, or label a namespace that allows it",
      );
  }
}
