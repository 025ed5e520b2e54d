// Files a complaint with a client made from the centre's OpenAPI document, twice: the second time the same receipt comes back.
//   node built/file_complaint.js ADDRESS ACCOUNT PASSWORD complaint.json
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./onestop.js";

type Complaint = components["schemas"]["Complaint"];
type Problem = components["schemas"]["ProblemDetails"];

const [address, account, password, file] = process.argv.slice(2);
if (!address || !account || !password || !file) {
  throw new Error("give ADDRESS ACCOUNT PASSWORD complaint.json");
}

const onestop = createClient<paths>({ baseUrl: address });
const signedIn = await onestop.POST("/api/v1/session", { body: { name: account, password } });
const session = told(signedIn.data, signedIn.error).session;
onestop.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${session}`);
    return request;
  },
});

const complaint = JSON.parse(readFileSync(file, "utf-8")) as Complaint;
const first = await filed("first");
const again = await filed("again");
const read = await onestop.GET("/api/v1/cases/{case}/case_view", {
  params: { path: { case: first.case }, query: { page: 1 } },
});
console.log(
  JSON.stringify({
    case: first.case,
    number: first.case_number,
    same: first.case === again.case,
    phase: (told(read.data, read.error) as { phase: string }).phase,
    text: first.text,
  }),
);

const wrong = await onestop.POST("/api/v1/complaints", {
  body: { complaint: { ...complaint, claimants: [] } },
});
if (wrong.error === undefined) throw new Error("a complaint of nobody was taken");
console.error((wrong.error as Problem).detail);

async function filed(key: string): Promise<components["schemas"]["Receipt"]> {
  const sent = await onestop.POST("/api/v1/complaints", {
    params: { header: { "Idempotency-Key": `${complaint.complaint_id}-${key}` } },
    body: { complaint, drill: true },
  });
  return told(sent.data, sent.error);
}

function told<T>(data: T | undefined, problem: unknown): T {
  if (data === undefined) throw new Error((problem as Problem | undefined)?.detail ?? "no answer");
  return data;
}
