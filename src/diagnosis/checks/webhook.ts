/**
 * Whether the API server calls the webhook, in the right cases, and gets an answer. Pure.
 */
import { readBundles } from "../../certificates/webhook-configuration.ts";
import type { WebhookConfiguration } from "../../certificates/webhook-configuration.ts";
import { fingerprintOf, parseCertificates } from "../../certificates/pem.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";
import type { WebhookEntries } from "../compare-webhooks.ts";
import { compareWebhooks } from "../compare-webhooks.ts";
import type { Probe } from "../probe-webhook.ts";

const group = "webhook";
const exists = { group, name: "webhook-configuration" };
const bundle = { group, name: "ca-bundle" };
const answers = { group, name: "webhook-answers" };

const reinstall = "`outrigger install` puts it right; add --force-conflicts where it says that others hold the fields";

/** Whether the configuration is there and as shipped, in one of its documented forms. */
export function checkConfiguration(
  configuration: Attempt<WebhookConfiguration>,
  shipped: readonly WebhookEntries[],
): Check {
  if (configuration.state === "unknown") {
    return warning(
      exists,
      `the webhook configuration could not be read: ${configuration.why}`,
      "run as an administrator",
    );
  }
  if (configuration.state === "absent") {
    return failure(exists, "there is no webhook configuration: no pod gets a sidecar", "run `outrigger install` again");
  }
  const differences = compareWebhooks(configuration.value, shipped);
  if (differences.length === 0) return ok(exists, "the webhook configuration is as shipped");
  const message = "the webhook configuration is not as shipped";
  const missing = differences.some((line) => line.endsWith(": missing"));
  return missing ? failure(exists, message, reinstall, differences) : warning(exists, message, reinstall, differences);
}

/** Whether every entry trusts every CA that the replicas sign with. */
export function checkBundles(configuration: WebhookConfiguration, authorities: Attempt<string>): Check {
  const wanted = authorities.state === "known" ? parseCertificates(authorities.value) : [];
  const wrong = readBundles(configuration).flatMap((text, index) => {
    const trusted = parseCertificates(text).map(fingerprintOf);
    const name = configuration.webhooks?.[index]?.name ?? "";
    if (trusted.length === 0) return [`${name}: no CA at all`];
    const missing = wanted.filter((authority) => !trusted.includes(fingerprintOf(authority)));
    return missing.map((authority) => `${name}: does not trust ${authority.subject} valid until ${authority.validTo}`);
  });
  if (wrong.length > 0) {
    const message = "entries of the webhook configuration do not trust the injector's certificate";
    const fix =
      "the injector puts that right within seconds; if it stays, see its log and its right to patch the configuration";
    return failure(bundle, message, fix, wrong);
  }
  return authorities.state === "known"
    ? ok(bundle, "every entry trusts the injector's CA")
    : ok(bundle, "every entry trusts a CA (which one the injector has could not be read)");
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
