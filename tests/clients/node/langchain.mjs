// A tool loop that begins with a retry, and a stream, with LangChain, which reads no ANTHROPIC_BASE_URL by itself.
import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { z } from "zod";

const run_tests = tool(async ({ file }) => `${file}: 3 passed`, {
  name: "run_tests",
  description: "Run a test file",
  schema: z.object({ file: z.string() }),
});
const model = new ChatAnthropic({
  model: "claude-opus-4-7",
  anthropicApiUrl: process.env.ANTHROPIC_BASE_URL,
  maxRetries: 2,
});

const messages = [new HumanMessage("Test it")];
let answer = await model.bindTools([run_tests]).invoke(messages);
while (answer.tool_calls.length) {
  messages.push(answer);
  for (const call of answer.tool_calls) {
    messages.push(new ToolMessage({ content: await run_tests.invoke(call.args), tool_call_id: call.id }));
  }
  answer = await model.bindTools([run_tests]).invoke(messages);
}
console.log(answer.content);

const deltas = [];
for await (const chunk of await model.stream("Well?")) if (chunk.text) deltas.push(chunk.text);
console.log(deltas.join("|"));
