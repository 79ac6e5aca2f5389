/**
 * Counts what happens to certificates.
 */
import type { CertificateObserver } from "../certificates/certificate-source.ts";
import type { OperationMetrics } from "../observability/operation-metrics.ts";

export function countCertificates(metrics: OperationMetrics): CertificateObserver {
  return {
    failed: (operation) => {
      metrics.certificateFailure(operation);
    },
    renewed: (role, notAfter) => {
      metrics.certificateExpiry(role, new Date(notAfter));
    },
    bundlePatched: () => {
      metrics.caBundlePatched();
    },
  };
}
