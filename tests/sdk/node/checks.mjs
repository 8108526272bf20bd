// Node's SDK and the Vercel AI SDK, unmodified, against a server that answers by itself (see ../run_node.sh).

import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { Output, embed, generateText, stepCountIs, streamText, tool } from "ai";
import OpenAI, { NotFoundError, RateLimitError, toFile } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

const QUESTION = "What is the weather in Oslo, and what time is it there?";
const HELLO = "Tell me about the harbour of Bergen.";
const HARBOUR = /harbour of Bergen/;
const City = z.object({ name: z.string(), population: z.number().int() });

const baseURL = process.env.OPENAI_BASE_URL;
const client = new OpenAI({ maxRetries: 0 });
const vercel = createOpenAI({ baseURL });
const messages = [{ role: "user", content: HELLO }];

/** Runs a loop of the Vercel AI SDK with two tools; tells which were called, and the text at the end. */
async function loop(model) {
  const called = [];
  const answer = (name, result) => async ({ city }) => {
    called.push(`${name} ${city}`);
    return result(city);
  };
  const inputSchema = z.object({ city: z.string() });
  const tools = {
    get_weather: tool({
      description: "The weather of a city.",
      inputSchema,
      execute: answer("get_weather", (city) => `It rains in ${city}.`),
    }),
    get_time: tool({
      description: "The time in a city.",
      inputSchema,
      execute: answer("get_time", () => "It is 12:30."),
    }),
  };
  const { text, steps } = await generateText({ model, tools, prompt: QUESTION, stopWhen: stepCountIs(5) });
  assert.deepEqual(called, ["get_weather Oslo", "get_time Oslo"]);
  assert.equal(steps.length, 2);
  assert.match(text, /It rains in Oslo\..*It is 12:30\./s);
}

async function streamed(model) {
  const { textStream, text } = streamText({ model, prompt: HELLO });
  const pieces = [];
  for await (const piece of textStream) pieces.push(piece);
  assert.ok(pieces.length > 3);
  assert.equal(pieces.join(""), await text);
  assert.match(await text, HARBOUR);
}

/** Queues a preset of this client's own caller over REST. */
async function queue(caller, entry) {
  const answer = await fetch(new URL(`/api/preset-queue/${caller}`, baseURL), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(entry),
  });
  assert.equal(answer.status, 200);
  return new OpenAI({ apiKey: `sk-mock-${caller}`, maxRetries: 0 });
}

const checks = {
  "openai: a chat": async () => {
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages });
    assert.match(answer.choices[0].message.content, HARBOUR);
  },
  "openai: a chat streamed through the helper": async () => {
    const stream = client.chat.completions.stream({ model: "gpt-4o", messages });
    let text = "";
    stream.on("content", (delta) => (text += delta));
    const final = await stream.finalChatCompletion();
    assert.equal(text, final.choices[0].message.content);
    assert.match(text, HARBOUR);
  },
  "openai: tools run to the end": async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
    const runner = client.chat.completions.runTools({
      model: "gpt-4o",
      messages: [{ role: "user", content: "What is the weather in Oslo?" }],
      tools: [
        {
          type: "function",
          function: {
            name: "get_weather",
            description: "The weather of a city.",
            parameters,
            parse: JSON.parse,
            function: ({ city }) => `It rains in ${city}.`,
          },
        },
      ],
    });
    assert.match(await runner.finalContent(), /It rains in Oslo\./);
  },
  "openai: a chat parsed": async () => {
    const answer = await client.chat.completions.parse({
      model: "gpt-4o",
      messages,
      response_format: zodResponseFormat(City, "city"),
    });
    assert.ok(City.safeParse(answer.choices[0].message.parsed).success);
  },
  "openai: a response, retrieved": async () => {
    const made = await client.responses.create({ model: "gpt-4o", input: HELLO });
    assert.match(made.output_text, HARBOUR);
    assert.equal((await client.responses.retrieve(made.id)).output_text, made.output_text);
  },
  "openai: a response streamed through the helper": async () => {
    const stream = client.responses.stream({ model: "gpt-4o", input: HELLO });
    let text = "";
    stream.on("response.output_text.delta", (event) => (text += event.delta));
    const final = await stream.finalResponse();
    assert.equal(text, final.output_text);
    assert.match(text, HARBOUR);
  },
  "openai: a response parsed": async () => {
    const answer = await client.responses.parse({
      model: "gpt-4o",
      input: HELLO,
      text: { format: zodTextFormat(City, "city") },
    });
    assert.ok(City.safeParse(answer.output_parsed).success);
  },
  "openai: embeddings": async () => {
    const answer = await client.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] });
    assert.deepEqual(answer.data.map((one) => one.embedding.length), [1536, 1536]);
  },
  "openai: models, page by page": async () => {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.ok(names.includes("gpt-4o"));
  },
  "openai: a file": async () => {
    const file = await toFile(Buffer.from("nine o'clock"), "ferry.txt");
    const made = await client.files.create({ file, purpose: "user_data" });
    assert.equal(await (await client.files.content(made.id)).text(), "nine o'clock");
  },
  "openai: speech and its transcription": async () => {
    const sound = await client.audio.speech.create({
      model: "tts-1",
      voice: "alloy",
      input: "Hello.",
      response_format: "wav",
    });
    const bytes = Buffer.from(await sound.arrayBuffer());
    assert.equal(bytes.toString("latin1", 0, 4), "RIFF");
    const file = await toFile(bytes, "hello.wav");
    const said = await client.audio.transcriptions.create({ model: "whisper-1", file });
    assert.match(said.text, /hello\.wav/);
  },
  "openai: an error by its status": async () => {
    const limited = await queue("node-limited", { response: { error: { message: "Slow down" } }, status_code: 429 });
    await assert.rejects(limited.chat.completions.create({ model: "gpt-4o", messages }), RateLimitError);
    await assert.rejects(client.models.retrieve("no-such-model"), NotFoundError);
  },
  "openai: a retry takes the next preset": async () => {
    await queue("node-retries", { response: { error: { message: "Oops" } }, status_code: 500, headers: { "retry-after-ms": "1" } });
    const patient = (await queue("node-retries", { response: { content: "at last" } })).withOptions({ maxRetries: 2 });
    const answer = await patient.chat.completions.create({ model: "gpt-4o", messages });
    assert.equal(answer.choices[0].message.content, "at last");
  },
  "vercel: tools over responses": () => loop(vercel("gpt-4o")),
  "vercel: tools over chat completions": () => loop(vercel.chat("gpt-4o")),
  "vercel: a stream over responses": () => streamed(vercel("gpt-4o")),
  "vercel: a stream over chat completions": () => streamed(vercel.chat("gpt-4o")),
  "vercel: an object": async () => {
    const wanted = { model: vercel("gpt-4o"), output: Output.object({ schema: City }), prompt: HELLO };
    const { output } = await generateText(wanted);
    assert.ok(City.safeParse(output).success);
  },
  "vercel: an embedding": async () => {
    const { embedding } = await embed({ model: vercel.embedding("text-embedding-3-small"), value: "ferry" });
    assert.equal(embedding.length, 1536);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack ?? error}`);
  }
}
console.log(`${Object.keys(checks).length - failed} of ${Object.keys(checks).length} checks passed, on Node ${process.version}`);
process.exitCode = failed ? 1 : 0;
