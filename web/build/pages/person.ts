import { type Html, html } from "../markup.ts";
import { type Writing, field } from "../parts.ts";

/** The fields of a person, the address excepted. */
export const personFields = (w: Writing): Html => html`
${field(w, { name: "name", label: w.t.profile.name, hint: w.t.profile.nameHint, autocomplete: "name", maxlength: 400 })}
${field(w, { name: "nameKana", label: w.t.profile.nameKana, hint: w.t.profile.nameKanaHint, autocomplete: "off", maxlength: 400 })}
${field(w, { name: "department", label: w.t.profile.department, required: false, autocomplete: "off", maxlength: 400 })}
${field(w, { name: "jobTitle", label: w.t.profile.jobTitle, required: false, autocomplete: "organization-title", maxlength: 400 })}
${field(w, {
  name: "phone",
  label: w.t.profile.phone,
  hint: w.t.profile.phoneHint,
  type: "tel",
  exact: true,
  inputmode: "tel",
  autocomplete: "tel",
  maxlength: 64,
  size: "short",
})}`;
