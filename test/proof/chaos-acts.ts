import { setTimeout as delay } from "node:timers/promises";
import { type Money, totals } from "../../src/contract/money.ts";
import type { ChaosWorld } from "./chaos-options.ts";
import type { Person } from "./chaos-person.ts";
import { createAgenda, type PlannedAct } from "./chaos-plan.ts";

/** The trouble as far as a person minds it. */
interface TroubleAround extends Pick<ChaosWorld, "options" | "random" | "history"> {
  /** Nothing is waited for any more. */
  isOver(): boolean;
  isChanceOver(): boolean;
  /** How many purchase requests were sent so far. */
  sent(): number;
  /** Of these, so many come for certain. */
  readonly certain: number;
}

/** A person at work amid the trouble. */
export interface Acting {
  /** Says the next word that is due, unless one is being said; resolves when the ledger has it. */
  sayWhatIsDue(): Promise<void>;
  /** Everything that was planned is said, and what was forbidden is allowed again, unless it is cancelled for good. */
  readonly isDone: boolean;
  /** Goes on until the trouble is over. */
  keepActing(): Promise<void>;
}

/** One thing that a person does: the word itself, and how it is taken back. */
interface Deed {
  readonly say: () => Promise<void>;
  readonly takeBack: () => Promise<void>;
}

/** Approves what waits for it, and says what is planned and what chance adds. */
export function createActing(person: Person, trouble: TroubleAround): Acting {
  const { options, random } = trouble;
  const planned = options.plan.acts.toSorted((one, other) => one.at - other.at);
  const first = planned.filter(({ at }) => at === 0);
  const later = planned.slice(first.length);
  const agenda = createAgenda(
    later.map(({ at }) => at),
    trouble.certain,
  );
  const deeds = deedsOf(person, trouble);
  let isApproved = false;
  let working: Promise<void> | undefined;
  let failure: unknown;

  /** Resolves when the ledger has its word. What it is taken back with goes on. */
  function begin(deed: Deed): Promise<void> {
    const said = deed.say();
    working = said
      .then(deed.takeBack)
      .catch((error: unknown) => void (failure ??= error))
      .finally(() => (working = undefined));
    return said.catch(() => undefined);
  }

  const nextDue = () => (agenda.due(trouble.sent()) ? later[agenda.taken - 1] : undefined);
  const average = options.chance?.actEvery ?? Infinity;
  const pause = () => average * (0.5 + random.next());

  return {
    get isDone() {
      return isApproved && agenda.done && working === undefined;
    },

    sayWhatIsDue: async () => {
      const due = isApproved && working === undefined ? nextDue() : undefined;
      if (due !== undefined) await begin(deeds[due.act]());
    },

    keepActing: async () => {
      for (const { act } of first) {
        const deed = deeds[act]();
        await deed.say();
        await deed.takeBack();
      }
      await untilSeen(trouble);
      await person.approve();
      isApproved = true;
      let next = Date.now() + pause();
      while (!trouble.isOver()) {
        if (working !== undefined) {
          await working;
          next = Date.now() + pause();
        }
        if (failure !== undefined) throw failure;
        const due = nextDue();
        if (due !== undefined) void begin(deeds[due.act]());
        else if (Date.now() >= next && !trouble.isChanceOver()) void begin(deeds[random.pick(byChance)]());
        else await delay(20);
      }
      await working;
      if (failure !== undefined) throw failure;
    },
  };
}

/** What chance picks from. */
const byChance = ["cancel", "cancel", "totals", "price", "skip"] as const satisfies readonly PlannedAct["act"][];

/** Waits until a driver has reported that began after now: what was said before is tried out. */
async function untilSeen({ history, isOver }: TroubleAround): Promise<void> {
  const since = Date.now();
  const hasSeen = () =>
    history.some(({ lines }) => (lines[0]?.at ?? 0) > since && lines.some(({ kind }) => kind === "report"));
  while (!isOver() && !hasSeen()) await delay(20);
}

function deedsOf(person: Person, trouble: TroubleAround): Readonly<Record<PlannedAct["act"], () => Deed>> {
  const { random } = trouble;
  const currencies = [...new Set(person.prices.map(({ currency }) => currency))];
  const cents = currencies.map((currency): Money => ({ amount: "0.01", currency }));
  /** Drivers meet the prohibition first. What is allowed again waits for an approval, which they meet after a cancel, or by chance. */
  const allowAgain = async (allow: () => Promise<unknown>, isMet = random.chance(0.3)) => {
    await untilSeen(trouble);
    await allow();
    if (isMet) await untilSeen(trouble);
    await person.approve();
  };
  const nothing = async () => undefined;

  /** Below what is bought the ledger refuses it; what is sent meanwhile raises that. */
  const lowerTotals = async () => {
    await person.setLimits({ maxTotals: cents });
    for (;;) {
      const spent = await person.spent();
      const none = cents.filter(({ currency }) => spent.every((sum) => sum.currency !== currency));
      if (await person.setLimits({ maxTotals: [...spent, ...none] })) return;
    }
  };

  return {
    cancel: () => ({ say: () => person.cancel(), takeBack: () => allowAgain(() => person.reopen(), true) }),
    "cancel for good": () => ({ say: () => person.cancel(), takeBack: nothing }),
    totals: () => ({
      say: lowerTotals,
      takeBack: () => {
        // With all prices together a second purchase of anything would be above it, but each drive asks for all of them first.
        const isNone = trouble.options.chance !== undefined && random.chance(0.7);
        return allowAgain(() => person.setLimits({ maxTotals: isNone ? null : totals(person.prices) }));
      },
    }),
    price: () => {
      let place = 0;
      const set = (maxPrice: Money | null) => person.setLimits({ maxPrices: { [place]: maxPrice } });
      return {
        say: async () => {
          const unsent = await person.unsent();
          place = unsent.length > 0 ? random.pick(unsent) : 0;
          const currency = person.prices[place]?.currency ?? "USD";
          await set({ amount: "0.01", currency });
        },
        takeBack: () => allowAgain(() => set(null)),
      };
    },
    skip: () => ({
      say: async () => {
        const unsent = await person.unsent();
        if (unsent.length > 0) await person.skip(random.pick(unsent));
      },
      takeBack: nothing,
    }),
  };
}
