import { createApiServices } from "./api-services.ts";
import { startServer } from "./http-server.ts";
import type { Send } from "./request-fuzz.ts";

const policies = `
name: everybody-reads-todos
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: ["**"]
    objects: {paths: ["**"]}
    conditions: ["subject.level > 2 || object.ownerID == subject.id"]
    allow: true
`;

/** Runs `work` against a whole server in this process that may be asked about anybody; a server of its own each time. */
export async function sendToDecisions(work: (send: Send) => Promise<void>): Promise<void> {
  const api = await createApiServices(policies);
  const server = await startServer(api);
  try {
    await work(async (path, body) => {
      const answer = await server.post(path, body, { apikey: api.keys.svc });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
    });
  } finally {
    await server.close();
    await api.close();
  }
}
