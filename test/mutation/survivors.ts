/** As much of a result of Stryker as is shown. */
interface MutantResult {
  readonly status: string;
  readonly fileName: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
  readonly mutatorName: string;
  readonly replacement?: string;
}

/** Says each mutant that no test noticed, as soon as it is known: a run takes long. */
class SurvivorReporter {
  onMutantTested({ status, fileName, location, mutatorName, replacement }: Readonly<MutantResult>): void {
    if (status !== "Survived" && status !== "NoCoverage") return;
    const { line, column } = location.start;
    const path = fileName.replace(/^.*?\b(?=(src|providers|test)\/)/, "");
    console.log(`${path}:${line}:${column} ${status} ${mutatorName}: ${(replacement ?? "").replaceAll(/\s+/g, " ")}`);
  }
}

/** A plugin of Stryker. */
export const strykerPlugins = [{ kind: "Reporter", name: "survivors", injectableClass: SurvivorReporter }];
