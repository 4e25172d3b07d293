import { isColourful } from "../style";
import { checks } from "./checks";
import { gatherFacts } from "./gather";
import { asJson, asText, type Report } from "./report";

export interface DoctorOptions {
  readonly json?: boolean;
}

export async function runDoctor({ json }: DoctorOptions): Promise<void> {
  const facts = await gatherFacts();
  const report: Report = checks.map((check) => ({ title: check.title, findings: check.run(facts) }));
  process.stdout.write(json ? asJson(report) : asText(report, isColourful()));
  if (report.some(({ findings }) => findings.some(({ level }) => level === "problem"))) process.exitCode = 1;
}
