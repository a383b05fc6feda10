// A tool loop and a stream with the AI SDK, whose base URL ends in /v1.
import { createAnthropic } from "@ai-sdk/anthropic";
import { generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const anthropic = createAnthropic({ baseURL: `${process.env.ANTHROPIC_BASE_URL}/v1` });
const model = anthropic("claude-opus-4-7");
const run_tests = tool({
  description: "Run a test file",
  inputSchema: z.object({ file: z.string() }),
  execute: async ({ file }) => `${file}: 3 passed`,
});

const { text } = await generateText({ model, prompt: "Test it", tools: { run_tests }, stopWhen: stepCountIs(3) });
console.log(text);

const deltas = [];
for await (const delta of streamText({ model, prompt: "Well?" }).textStream) deltas.push(delta);
console.log(deltas.join("|"));
