// The load generator, a process of its own: keep-alive sockets, one request at a time on each. Over `node:net`, because a client that costs
// more than the server would measure itself. Gets slices to run by message, and answers each with what it counted.
import { connect, type Socket } from "node:net";
import { createWorkload } from "./decisions-workload.ts";

/** One measurement. */
export interface Slice {
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  readonly ms: number;
  /** questions per request; 1 is `evaluation`, more is `evaluations` */
  readonly batch: number;
}

export interface SliceResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const warmUpMs = 200;
const distinctRequests = 20_000;
const { requests } = createWorkload(1_000);
const cache = new Map<string, Buffer[]>();

process.on("message", async (slice: Slice) => process.send?.(await run(slice)));

async function run(slice: Slice): Promise<SliceResult> {
  const bytes = requestsFor(slice);
  const latencies: number[] = [];
  const from = performance.now() + warmUpMs;
  const until = from + slice.ms;
  await Promise.all(
    Array.from({ length: slice.connections }, (_, index) => runSocket(slice.url, bytes, index, from, until, latencies)),
  );
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { requestsPerSecond: (latencies.length / slice.ms) * 1_000, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function runSocket(
  url: string,
  bytes: readonly Buffer[],
  start: number,
  from: number,
  until: number,
  latencies: number[],
): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let next = start * 619;
    let sentAt = 0;
    let received = "";
    const send = (): void => {
      sentAt = performance.now();
      socket.write(bytes[next++ % bytes.length] as Buffer);
    };
    socket.setEncoding("latin1");
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed a connection")));
    socket.on("data", (text: string) => {
      received += text;
      const head = received.indexOf("\r\n\r\n");
      if (head === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1]);
      if (received.length < head + 4 + length) return;
      if (!received.startsWith("HTTP/1.1 200 ")) {
        reject(new Error(received));
        socket.destroy();
        return;
      }
      received = "";
      const now = performance.now();
      if (sentAt >= from && now <= until) latencies.push(now - sentAt);
      if (now < until) send();
      else {
        resolve();
        socket.destroy();
      }
    });
  });
}

function requestsFor({ url, key, batch }: Slice): Buffer[] {
  const name = `${url} ${batch}`;
  const made = cache.get(name);
  if (made) return made;
  const count = Math.min(distinctRequests, Math.floor(requests.length / batch));
  const list = Array.from({ length: count }, (_, index) => {
    const some = requests.slice(index * batch, (index + 1) * batch).map(([id, action, path]) => ({
      subject: { type: "user", id },
      action: { name: action },
      resource: { type: "dataset", id: path },
    }));
    const body = JSON.stringify(batch === 1 ? some[0] : { evaluations: some });
    const path = batch === 1 ? "/access/v1/evaluation" : "/access/v1/evaluations";
    return Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Type: application/json\r\napikey: ${key}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  cache.set(name, list);
  return list;
}
