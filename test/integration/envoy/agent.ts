/**
 * The process that acts for the tests inside a network namespace, as the application, as a client or as a remote server.
 */
import { agentFunctions } from "./agent-functions.ts";
import { serveCalls } from "./serve-calls.ts";

serveCalls(agentFunctions);
