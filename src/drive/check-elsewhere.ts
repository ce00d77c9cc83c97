import { RefusedError } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { saidBought } from "../contract/said-bought.ts";

/**
 * Asked where nothing shows the token of a recommendation. Throws a RefusedError `bought-elsewhere` for one that another engine says
 * it bought.
 */
export function checkElsewhere(record: TokenRecord): void {
  const id = saidBought(record);
  if (id === undefined) return;
  throw new RefusedError({
    code: "bought-elsewhere",
    message: `The engine that this execution was imported from says that it bought it as ${id}, and ${record.scope.label} shows nothing with its token. Nothing was sent. If that is what was bought, or it shows under another id by now, say so (\`--bought ID\`); if ${id} is no purchase for it, say that (\`--not-this ${id}\`).`,
  });
}
