import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** Answers what is no HTTP, or did not arrive in time, and ends the connection: there is no request to answer in the usual way. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, message } = describe(error.code);
  const body = JSON.stringify({ error: { code: "BAD_USER_INPUT", message } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    // WHY: half-closed sockets of clients that never read would stay
    () => socket.destroy(),
  );
}

function describe(code: string | undefined): { readonly status: number; readonly message: string } {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: 408, message: "the request did not arrive in time" };
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, message: "the headers are too large" };
    default:
      return { status: 400, message: "the request is not well-formed HTTP/1.1" };
  }
}
