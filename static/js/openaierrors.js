// OpenAI's errors as their service sends them: body, headers, and what SDKs then do. Their words are not translated.

const INVALID = "invalid_request_error";
const error = (message, { type = INVALID, param = null, code = null } = {}) => ({ message, type, param, code });
const LEARN = "Visit https://platform.openai.com/account/rate-limits to learn more.";

function limited(model, { what, short, limit, used, asked, wait_ms }) {
  const words = `Rate limit reached for ${model} in organization org-mockopenai on ${what} per min (${short}): Limit ${limit}, Used ${used}, Requested ${asked}.`;
  return {
    status: 429,
    name: `${what} per minute`,
    error: error(`${words} Please try again in ${wait_ms}ms. ${LEARN}`, { type: what, code: "rate_limit_exceeded" }),
    headers: [
      ["retry-after", "1"],
      ["retry-after-ms", String(wait_ms)],
      [`x-ratelimit-limit-${what}`, String(limit)],
      [`x-ratelimit-remaining-${what}`, String(limit - used)],
      [`x-ratelimit-reset-${what}`, `${wait_ms}ms`],
    ],
  };
}

/** [{status, name, error, headers}]: of several with one status the first is meant when nothing else is said. */
export function openaiErrors(model = "gpt-4o") {
  const tooLong = "This model's maximum context length is 128000 tokens. However, your messages resulted in 130417 tokens. Please reduce the length of the messages.";
  const quota = "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
  return [
    { status: 400, name: "context length", error: error(tooLong, { param: "messages", code: "context_length_exceeded" }) },
    { status: 400, name: "invalid value", error: error("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.", { param: "temperature", code: "decimal_above_max_value" }) },
    { status: 400, name: "content policy", error: error("Your request was rejected as a result of our safety system.", { code: "content_policy_violation" }) },
    { status: 401, name: "invalid key", error: error("Incorrect API key provided: sk-mock-****. You can find your API key at https://platform.openai.com/account/api-keys.", { code: "invalid_api_key" }) },
    { status: 403, name: "country", error: error("Country, region, or territory not supported", { type: "request_forbidden", code: "unsupported_country_region_territory" }) },
    { status: 404, name: "model", error: error(`The model \`${model}\` does not exist or you do not have access to it.`, { code: "model_not_found" }) },
    { status: 409, name: "conflict", error: error("The resource was updated by another request.", { code: "conflict" }) },
    { status: 422, name: "unprocessable", error: error("Unable to process the request despite the format being correct.") },
    limited(model, { what: "requests", short: "RPM", limit: 500, used: 500, asked: 1, wait_ms: 120 }),
    limited(model, { what: "tokens", short: "TPM", limit: 30000, used: 29478, asked: 1204, wait_ms: 1364 }),
    { status: 429, name: "quota", error: error(quota, { type: "insufficient_quota", code: "insufficient_quota" }), headers: [["x-should-retry", "false"]] },
    { status: 500, name: "server", error: error("The server had an error while processing your request. Sorry about that!", { type: "server_error" }) },
    { status: 503, name: "overloaded", error: error("The engine is currently overloaded, please try again later", { type: "server_error" }) },
  ];
}

const RETRIED = [408, 409, 429];

/** Whether SDKs try a call with this status again, when no header says otherwise. */
export const isRetried = (status) => RETRIED.includes(status) || status >= 500;
