/** The status of policies, target by target. Source: GEP-713, `PolicyAncestorStatus`. Pure. */
import { sharedStatus } from "./shared-status.ts";

export const ancestorStatus = sharedStatus({ list: "ancestors", reference: "ancestorRef" });
