// librechat-data-provider: an open re-implementation of GPT Actions. Its own request executor makes the call.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.env.CLIENTS_NPM + "/");
const { validateAndParseOpenAPISpec, openapiToFunction } = require("librechat-data-provider");
const where = require.resolve("librechat-data-provider");
const root = where.slice(0, where.indexOf("librechat-data-provider") + "librechat-data-provider".length);
const { version } = JSON.parse(readFileSync(root + "/package.json"));

const [url, key] = process.argv.slice(2);
const text = await (await fetch(url + "/openapi.json")).text();
const result = validateAndParseOpenAPISpec(text);
if (!result.status) throw new Error(result.message);
const { functionSignatures, requestBuilders, zodSchemas } = openapiToFunction(result.spec, true);
const refusesNothing = zodSchemas.searchChunks.safeParse({}).success;
const executor = requestBuilders.searchChunks.createExecutor();
executor.setParams({ query: "5 GHz wifi", top_k: 2 });
await executor.setAuth({
  auth: { type: "service_http", authorization_type: "bearer" },
  api_key: key,
});
const answer = await executor.execute();
console.log(JSON.stringify({
  version,
  operations: functionSignatures.map((each) => each.name),
  chunks: answer.data.results.length,
  note: refusesNothing ? "lets a call without a question through" : "refuses a call without a question",
}));
