import { createHmac, timingSafeEqual } from "node:crypto";
import { BadInputError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";

/** Makes cursors that only the server can make, each good for one list with its arguments. */
export interface CursorSeal {
  /** @param list the field and its arguments, the same for every page */
  seal(list: string, inner: string): string;
  /** @throws {BadInputError} made by somebody else, changed, or made for another list */
  open(list: string, cursor: string): string;
}

const macBytes = 16;
const maxLength = 8_192;

/** @param key at least 32 random characters; the same in every process of an installation, so that pages go on anywhere */
export function createCursorSeal(key: Secret): CursorSeal {
  const macOf = (list: string, inner: string): Buffer =>
    createHmac("sha256", key.reveal())
      .update(JSON.stringify(["cursor", list, inner]))
      .digest()
      .subarray(0, macBytes);
  return {
    seal: (list, inner) => Buffer.concat([macOf(list, inner), Buffer.from(inner)]).toString("base64url"),
    open(list, cursor) {
      const bytes = cursor.length <= maxLength ? Buffer.from(cursor, "base64url") : Buffer.alloc(0);
      const inner = bytes.subarray(macBytes).toString();
      const mac = bytes.subarray(0, macBytes);
      if (mac.length === macBytes && timingSafeEqual(mac, macOf(list, inner))) return inner;
      throw new BadInputError(
        "`after` is not a cursor of this list; take `endCursor` of the page before, with the same arguments",
      );
    },
  };
}
