// A tool loop, a stream and one that is left, with @anthropic-ai/sdk.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic();
const tools = [
  {
    name: "run_tests",
    description: "Run a test file",
    input_schema: { type: "object", properties: { file: { type: "string" } }, required: ["file"] },
  },
];
const request = { model: "claude-opus-4-7", max_tokens: 300, tools };

const messages = [{ role: "user", content: "Test it" }];
let answer = await client.messages.create({ ...request, messages });
while (answer.stop_reason === "tool_use") {
  const results = answer.content
    .filter((block) => block.type === "tool_use")
    .map((block) => ({ type: "tool_result", tool_use_id: block.id, content: `${block.input.file}: 3 passed` }));
  messages.push({ role: "assistant", content: answer.content }, { role: "user", content: results });
  answer = await client.messages.create({ ...request, messages });
}
console.log(answer.content[0].text);

const stream = client.messages.stream({ ...request, messages: [{ role: "user", content: "Well?" }] });
const deltas = [];
stream.on("text", (delta) => deltas.push(delta));
await stream.finalMessage();
console.log(deltas.join("|"));

for await (const event of await client.messages.create({ ...request, messages: [{ role: "user", content: "Leave" }], stream: true })) {
  if (event.type === "content_block_delta") break;
}
answer = await client.messages.create({ ...request, messages: [{ role: "user", content: "Again" }] });
console.log(answer.content[0].text);
