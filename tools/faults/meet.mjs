// Has the Node SDK meet each fault: `meet.mjs BASE_URL NAME…`; prints {name: [whole, streamed]} as JSON.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_DIR}/`);
const { OpenAI } = require("openai");
const { VERSION } = require("openai/version");
const [baseURL, ...names] = process.argv.slice(2);

async function meet(name, streamed) {
  const apiKey = `sk-mock-${name}-${streamed ? "streamed" : "whole"}-node`;
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 1, timeout: 2000 });
  const more = streamed ? { stream: true, stream_options: { include_usage: true } } : {};
  let [text, calls, finish, usage, chunks] = ["", "", null, null, 0];
  try {
    const asked = { model: "gpt-4o", messages: [{ role: "user", content: "Hello?" }], ...more };
    let answer = client.chat.completions.create(asked);
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("still waits after 8 s")), 60_000).unref());
    answer = await Promise.race([answer, late]);
    const read = async () => {
      for await (const one of streamed ? answer : [answer]) {
        usage = one.usage ?? usage;
        for (const choice of one.choices) {
          chunks += 1;
          const said = streamed ? choice.delta : choice.message;
          text += said.content ?? "";
          for (const tool of said.tool_calls ?? []) calls += (tool.function.name ?? "") + (tool.function.arguments ?? "");
          finish = choice.finish_reason ?? finish;
        }
      }
    };
    await Promise.race([read(), new Promise((_, fail) => setTimeout(() => fail(new Error("still waits after 8 s")), 8000))]);
  } catch (error) {
    return error.message === "still waits after 8 s" ? error.message : `throws ${error.constructor.name}`;
  }
  if (!chunks) return "no choices, no error";
  const told = [calls ? `calls \`${calls}\`` : `${[...text].length} characters`, `finish ${finish}`];
  return [...told, ...(usage ? [] : ["no usage"])].join(", ");
}

const met = await Promise.all(names.map(async (name) => [name, await Promise.all([meet(name, false), meet(name, true)])]));
process.stdout.write(JSON.stringify({ version: VERSION, met: Object.fromEntries(met) }), () => process.exit());
