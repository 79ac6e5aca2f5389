/**
 * The catalogue of coded errors: every way in which Outrigger itself can refuse or give up, in one place.
 *
 * A code never changes its meaning, so that people and scripts can search for it. `docs/errors.md` lists each code and no
 * other, held by a test (`UPDATE_GOLDEN=1` rewrites its table). Mistakes in what users wrote are not here: those are
 * {@link Problem}s, returned as values, which an error may carry as its detail.
 */

interface ErrorEntry {
  /** What happened, as a sentence without its full stop; what is special about this time follows as the detail. */
  readonly message: string;
  /** How to solve it. */
  readonly fix: string;
  /** What the command line exits with: 1 something failed, 2 the arguments or files given to it are wrong. */
  readonly exitCode: number;
  /** What an HTTP client of ours gets. */
  readonly httpStatus: number;
}

export const errorCatalogue = {
  OUTRIGGER_INTERNAL: {
    message: "Outrigger failed in a way that it does not expect",
    fix: "report it with the log line of the same time, which carries the stack",
    exitCode: 1,
    httpStatus: 500,
  },
  OUTRIGGER_USAGE: {
    message: "the command line is not valid",
    fix: "see `outrigger help`",
    exitCode: 2,
    httpStatus: 400,
  },
  OUTRIGGER_FILE_UNREADABLE: {
    message: "a file cannot be read",
    fix: "check that the path exists and that this user may read it",
    exitCode: 2,
    httpStatus: 500,
  },
  OUTRIGGER_CONFIG_INVALID: {
    message: "the mesh config is not valid",
    fix: "correct what is listed; `outrigger config validate` checks a file, `outrigger config defaults` shows every field",
    exitCode: 2,
    httpStatus: 500,
  },
  OUTRIGGER_INPUT_INVALID: {
    message: "the Kubernetes objects given are not valid",
    fix: "correct what is listed",
    exitCode: 2,
    httpStatus: 422,
  },
  OUTRIGGER_CERTIFICATE_INVALID: {
    message: "the serving certificate cannot be used",
    fix: "check that certificate and key are PEM, belong together and have not expired",
    exitCode: 1,
    httpStatus: 500,
  },
  OUTRIGGER_CLIENT_CA_INVALID: {
    message: "the client CA cannot be used",
    fix: "give --client-ca a file with the PEM certificates of the authority that signed the API server's client certificate",
    exitCode: 2,
    httpStatus: 500,
  },
  OUTRIGGER_KUBERNETES_UNREACHABLE: {
    message: "the Kubernetes API server cannot be reached",
    fix: "check the kubeconfig or the service account, and the network between the pod and the API server",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_KUBERNETES_REFUSED: {
    message: "the Kubernetes API server refused a request",
    fix: "ask for the right that the message names, or choose another user or cluster with --context",
    exitCode: 1,
    httpStatus: 502,
  },
  OUTRIGGER_OBJECT_NOT_FOUND: {
    message: "there is no such object in the cluster",
    fix: "check its kind, its name, and the namespace (-n) and cluster (--context) that were asked",
    exitCode: 1,
    httpStatus: 404,
  },
  OUTRIGGER_NOT_INSTALLED: {
    message: "Outrigger is not installed in this cluster",
    fix: "install it with `outrigger install`, or choose another cluster with --context",
    exitCode: 1,
    httpStatus: 404,
  },
  OUTRIGGER_PREFLIGHT_FAILED: {
    message: "the cluster does not have what the installation needs",
    fix: "solve what is listed; `outrigger check --pre` looks again",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_APPLY_CONFLICT: {
    message: "somebody else has set fields that the installation sets, to other values",
    fix: "look at who is named and why; --force-conflicts takes the fields over",
    exitCode: 1,
    httpStatus: 409,
  },
  OUTRIGGER_ROLLOUT_FAILED: {
    message: "a workload did not come up",
    fix: "look at its pods and Events; what was running before goes on, and the command can be repeated",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_WEBHOOK_SILENT: {
    message: "the webhook does not do its work",
    fix: "see what `outrigger check` says about it",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_CONTROL_PLANE_SILENT: {
    message: "no replica of the control plane answers",
    fix: "see what `outrigger check` says about it; a cluster in mode `standalone` has none",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_PROXY_NOT_CONNECTED: {
    message: "the control plane knows nothing of this sidecar",
    fix: "see `outrigger proxy log POD` for why it does not connect; `outrigger restart --stale` makes standalone ones anew",
    exitCode: 1,
    httpStatus: 404,
  },
  OUTRIGGER_NO_SIDECAR: {
    message: "the pod carries no sidecar",
    fix: "`outrigger explain pod/NAME` tells why; `outrigger proxy list` shows those that carry one",
    exitCode: 1,
    httpStatus: 404,
  },
  OUTRIGGER_REMOVAL_FAILED: {
    message: "something could not be removed",
    fix: "see what holds it (finalizers, rights), then run `outrigger uninstall` again; it goes on where it stopped",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_CONTROL_PLANE_IN_USE: {
    message: "sidecars still need the control plane, which would be removed",
    fix:
      "take them out of the mesh: `outrigger install --set mode=standalone`, then `outrigger restart --stale --all-namespaces`, " +
      "and delete what that cannot restart; or --abandon-sidecars: they work until their certificates expire",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_MESH_TLS_STRICT: {
    message: "MeshTLS objects refuse what sidecars without a control plane send",
    fix: "delete these objects or have them say `permissive`, so that pods can call each other while they are made anew",
    exitCode: 1,
    httpStatus: 503,
  },
  OUTRIGGER_LISTEN_FAILED: {
    message: "the port cannot be listened on",
    fix: "choose a free port, or stop what holds it",
    exitCode: 1,
    httpStatus: 500,
  },
  OUTRIGGER_REVIEW_NOT_JSON: {
    message: "the request body is not JSON",
    fix: "send an AdmissionReview of admission.k8s.io/v1 as uncompressed UTF-8 JSON",
    exitCode: 1,
    httpStatus: 400,
  },
  OUTRIGGER_REVIEW_INVALID: {
    message: "the request body is not an AdmissionReview that can be answered",
    fix: "send an AdmissionReview of admission.k8s.io/v1 whose request has a uid",
    exitCode: 1,
    httpStatus: 400,
  },
  OUTRIGGER_REVIEW_TOO_LARGE: {
    message: "the request body is larger than 7 MiB",
    fix: "the API server never sends that much for one pod; look at what else calls this path",
    exitCode: 1,
    httpStatus: 413,
  },
  OUTRIGGER_REVIEW_MEDIA_TYPE: {
    message: "the request body has a media type that is not understood",
    fix: "send Content-Type: application/json (any parameters), without Content-Encoding",
    exitCode: 1,
    httpStatus: 415,
  },
  OUTRIGGER_REQUEST_INVALID: {
    message: "the HTTP request is not valid",
    fix: "look at what sends it: the connection was cut or the headers contradict the body",
    exitCode: 1,
    httpStatus: 400,
  },
  OUTRIGGER_PATH_UNKNOWN: {
    message: "there is nothing at this path",
    fix: "use one of the paths in the MutatingWebhookConfiguration that Outrigger installs",
    exitCode: 1,
    httpStatus: 404,
  },
  OUTRIGGER_METHOD_NOT_ALLOWED: {
    message: "this path answers POST only",
    fix: "POST an AdmissionReview",
    exitCode: 1,
    httpStatus: 405,
  },
  OUTRIGGER_CLIENT_UNAUTHENTICATED: {
    message: "the client has no certificate of the client CA",
    fix: "give the API server a client certificate for this webhook (AdmissionConfiguration, kubeConfigFile), signed by the --client-ca",
    exitCode: 1,
    httpStatus: 401,
  },
  OUTRIGGER_CLIENT_FORBIDDEN: {
    message: "the client's certificate carries none of the allowed names",
    fix: "add its common name or DNS name to --client-name, or give the API server another certificate",
    exitCode: 1,
    httpStatus: 403,
  },
} as const satisfies Readonly<Record<`OUTRIGGER_${string}`, ErrorEntry>>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error of the catalogue. Its message is the catalogue's, followed by the detail of this occurrence. */
export class OutriggerError extends Error {
  override readonly name = "OutriggerError";
  readonly code: ErrorCode;

  /**
   * @param detail what is special about this occurrence (a path, a value, a list of problems); added after a colon
   * @param options `cause`: the error that led to this one
   */
  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    const { message } = errorCatalogue[code];
    super(detail === undefined ? message : `${message}: ${detail}`, options);
    this.code = code;
  }

  get fix(): string {
    return errorCatalogue[this.code].fix;
  }

  get exitCode(): number {
    return errorCatalogue[this.code].exitCode;
  }

  get httpStatus(): number {
    return errorCatalogue[this.code].httpStatus;
  }

  /** Any thrown value as a coded error: one of ours as it is, everything else as `OUTRIGGER_INTERNAL` with its cause. */
  static from(thrown: unknown): OutriggerError {
    if (thrown instanceof OutriggerError) return thrown;
    return new OutriggerError("OUTRIGGER_INTERNAL", thrownText(thrown), { cause: thrown });
  }
}

/** What a thrown value says, whatever it is; never throws itself. */
function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return "a thrown value that cannot be shown as text";
  }
}
