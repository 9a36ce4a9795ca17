/** 引き継ぎの停止, by the code of the mail, without a log-in. */
import { call } from "../api.ts";
import { byId, say, show, tell } from "../dom.ts";
import { form } from "../form.ts";
import { nfkc, wanted } from "../values.ts";

const trimmed = (typed: string) => nfkc(typed).trim();

form({
  id: "stop-take-over",
  rules: { officeNumber: { right: trimmed, check: wanted }, stopCode: { right: trimmed, check: wanted } },
  send: async (form) => {
    const outcome = await call("post", "/take-over/stop", {
      officeNumber: form.value("officeNumber"),
      stopCode: form.value("stopCode"),
    });
    if (outcome.kind === "problem" && outcome.problem.code === "wrong-code") {
      tell();
      form.wrong({ stopCode: say("stopTakeOver.wrong") });
      return;
    }
    if (outcome.kind !== "answer") return form.refused(outcome);
    tell();
    show(byId("stopping"), false);
    show(byId("stopped"));
    byId("stopped").focus();
  },
});
