/**
 * What no application has seen may be sent to another replica, whatever its method. The client's sidecar knows that of
 * connections of its own; that the server's sidecar could not open one to its application, it can only be told. A header
 * of the 503 says so, which is believed between sidecars and goes to no application.
 */
type Fields = Readonly<Record<string, unknown>>;

const header = "x-outrigger-unseen";
const value = "true";

/**
 * Field of the server's connection manager: marks answers that it gives because no connection was made (flag `UF`). One
 * that broke has another flag: the application may have read from it.
 */
export const markUnseen: Fields = {
  local_reply_config: {
    mappers: [
      {
        filter: { response_flag_filter: { flags: ["UF"] } },
        headers_to_add: [{ header: { key: header, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }],
      },
    ],
  },
};

/** Field of both sides' route tables: an application neither sets the mark nor gets it. */
export const removeMark: Fields = { response_headers_to_remove: [header] };

/** What `retry_on` calls answers with the mark. */
export const marked = "retriable-headers";

/** Field of a retry policy that names {@link marked}. */
export const markedAnswers: Fields = { retriable_headers: [{ name: header, string_match: { exact: value } }] };
