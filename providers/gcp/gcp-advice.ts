/** What Google says of a refusal: its reason, and its words. */
export interface Refusal {
  readonly code: string | undefined;
  readonly message: string;
}

/**
 * What lifts a refusal (HTTP 403) whose cause is no missing permission, with the command for it; undefined where it may be
 * one. `api` is what was called: `compute.googleapis.com`. The project that Google names is the credential's quota project
 * in some of them, so its name is taken from Google's message and from nowhere else.
 */
export function adviceForRefusal({ code = "", message }: Refusal, api: string): string | undefined {
  const project =
    /\bproject(?:=|s\/| #?(?=\d))((?:[\w.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,})\b/.exec(message)?.[1] ?? "PROJECT";
  // `billingNotEnabled`, `billingDisabled`, `UREQ_PROJECT_BILLING_NOT_OPEN`, and the word of older services.
  if (
    /billing_?(dis|not)/i.test(code) ||
    code === "accountDisabled" ||
    /billing to be enabled|billing account .*(disabled|closed)/i.test(message)
  ) {
    return `Billing is off for the project. Link an open billing account (gcloud billing accounts list): gcloud billing projects link ${project} --billing-account ACCOUNT. Drive again some minutes later.`;
  }
  if (code === "SERVICE_DISABLED" || code === "accessNotConfigured" || /has not been used in project/.test(message)) {
    return `The API is off in the project. Turn it on: gcloud services enable ${api} --project ${project}. Drive again some minutes later.`;
  }
  if (code === "ACCESS_TOKEN_SCOPE_INSUFFICIENT" || /insufficient authentication scopes/.test(message)) {
    return "The credential lacks the scope https://www.googleapis.com/auth/cloud-platform: sign in with it, or give it to the machine's service account.";
  }
  if (code === "USER_PROJECT_DENIED") {
    return `The identity may not use the credential's quota project: it needs the role Service Usage Consumer there, or another project (gcloud auth application-default set-quota-project PROJECT).`;
  }
  return /^(CONSUMER|SECURITY_POLICY|ORG_RESTRICTION|LOCATION_POLICY)_/.test(code)
    ? "This is no matter of the identity's permissions: see Google's own message for the cause."
    : undefined;
}
