import type { Page } from "@playwright/test";

import { clerkOf, complains, expect, marked, refuses, test } from "../desk.ts";
import { Clerk, PASSWORD_SUBJECT, type Place, mailTo, mailsTo, newOffice } from "../portal.ts";

interface Empty {
  readonly name: string;
  readonly from?: Place;
  readonly missing: Readonly<Record<string, string>>;
}

const EMPTY: readonly Empty[] = [
  { name: "registration", missing: { userId: "ユーザIDを入力してください。", password: "ログインパスワードを入力してください。" } },
  { name: "registration-security-code", from: "registration-security-code", missing: { securityCode: "セキュリティコードを入力してください。" } },
  { name: "registration-otp", from: "registration-otp", missing: { code: "ワンタイムパスワードを入力してください。" } },
  {
    name: "registration-profile",
    from: "registration-profile",
    missing: {
      email: "ID（メールアドレス）を入力してください。",
      name: "氏名を入力してください。",
      nameKana: "氏名（フリガナ）を入力してください。",
      phone: "電話番号を入力してください。",
    },
  },
  { name: "login", missing: { email: "ID（メールアドレス）を入力してください。", password: "パスワードを入力してください。" } },
  {
    name: "new-password",
    from: "new-password",
    missing: { newPassword: "新しいパスワードを入力してください。", agree: "利用規約に同意するには、チェックを入れてください。" },
  },
];

const RIGHT: Readonly<Record<string, string>> = {
  userId: "KJ1",
  password: "x",
  securityCode: "1",
  code: "123456",
  email: "taro@example.jp",
  name: "介護",
  nameKana: "カイゴ",
  phone: "0312345678",
  newPassword: "123456789012345",
};

for (const { name, from, missing } of EMPTY) {
  test(`${name} sent empty says what is missing, leads to each field, and takes back what is put right`, async ({ page, request }) => {
    const clerk = await clerkOf(page, request, { securityCode: "20260002" });
    if (from === undefined) await page.goto(clerk.url(name));
    else await clerk.isAt(from);
    const title = await page.title();
    await clerk.submits();
    await complains(page, "入力内容を確認してください");
    await expect(page.locator("#summary li")).toHaveText(Object.values(missing));
    for (const [field, text] of Object.entries(missing)) {
      await marked(page, field, text);
      await expect(page.locator(`#${field}-wrong`)).toHaveText(`＊${text}`);
      await page.locator(`#summary a[href="#${field}"]`).click();
      await expect(page.locator(`#${field}`)).toBeFocused();
    }
    await clerk.submits();
    await expect(page).toHaveTitle(`（エラー）${title}`);
    for (const field of Object.keys(missing).filter((field) => field in RIGHT)) {
      await page.locator(`#${field}`).fill(RIGHT[field] ?? "");
      await expect(page.locator(`#${field}`)).not.toHaveAttribute("aria-invalid");
      await expect(page.locator(`#${field}-wrong`)).toBeHidden();
      await expect(page.locator(`#${field}`)).not.toHaveAttribute("aria-describedby", /wrong/);
    }
  });
}

test("what is wrong with a field is said in a sentence of its own", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  const wrong = {
    email: ["taro", "メールアドレスの形式が正しくありません。"],
    name: ["介護 😀", "氏名に使えない文字が含まれています。"],
    nameKana: ["介護", "フリガナはカタカナで入力してください。"],
    department: ["課".repeat(101), "部署名が長すぎます。"],
    phone: ["12345", "電話番号は10桁または11桁の数字で入力してください。"],
  } as const;
  for (const [field, [value, text]] of Object.entries(wrong)) {
    const before = await page.locator(`#${field}`).inputValue();
    await page.locator(`#${field}`).fill(value);
    await clerk.submits();
    await marked(page, field, text);
    await expect(page.locator("#summary")).toBeFocused();
    await page.locator(`#${field}`).fill(before);
  }
});

test("a password without a matching repetition is reported until it matches", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await page.locator("#newPassword").fill("あおい海と みどりの風 2026");
  await page.locator("#again").fill("あおい海");
  await clerk.submits();
  await marked(page, "again", "新しいパスワードと一致しません。");
  await page.locator("#again").pressSequentially("と");
  await expect(page.locator("#again")).toHaveAttribute("aria-invalid", "true");
  await page.locator("#again").fill("あおい海と みどりの風 2026");
  await expect(page.locator("#again")).not.toHaveAttribute("aria-invalid");
});

test("a new password that is short, well known or tells who it is of is refused at its field", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await clerk.readsTerms();
  await page.locator("#agree").check();
  for (const [password, text] of [
    ["みじかい", "パスワードは15文字以上で入力してください。（いま4文字です）"],
    [clerk.me.email, "氏名やメールアドレス、サービスの名前が含まれているため使えません。"],
    [await clerk.initialPassword(), "いまのパスワードや初期パスワードと同じものは使えません。"],
  ] as const) {
    await page.locator("#newPassword").fill(password);
    await page.locator("#again").fill(password);
    await clerk.submits();
    await marked(page, "newPassword", text);
  }
  await expect(page.locator("#agree")).toBeChecked();
});

async function provesItself(page: Page, clerk: Clerk, password = clerk.office.password): Promise<void> {
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(password);
  await clerk.submits();
}

test("only the 仮パスワード: it is said at the password what to do first", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { temporaryPassword: "Kari0003" });
  await provesItself(page, clerk, "Kari0003");
  await marked(page, "password", "「仮パスワード」では進めません。電子請求受付システムでパスワードを変更してから、");
  await expect(page.locator("#password")).toHaveValue("");
  await expect(page.locator("#userId")).toHaveValue(clerk.office.userId);
});

test("an expired password of 電子請求受付システム is reported at the password", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { passwordExpired: true });
  await provesItself(page, clerk);
  await marked(page, "password", "電子請求受付システムのパスワードの有効期限が切れています。");
});

test("a lock of 電子請求受付システム is reported with the time to wait", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { locked: true });
  await provesItself(page, clerk);
  await complains(page, "電子請求受付システムがロックされています。30分以上たってから、");
});

test("an office without a mail address at 電子請求受付システム is shown where to enter one", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { mailAddress: undefined });
  await provesItself(page, clerk);
  await complains(page, "電子請求受付システムにメールアドレスが登録されていません。");
});

test("wrong passwords of 電子請求受付システム: before the office is locked, it is asked whether to go on", async ({ page, clerk }) => {
  await provesItself(page, clerk, "wrong");
  await complains(page, "ユーザIDまたはログインパスワードが正しくありません。");
  await expect(page.locator("#password")).toHaveValue("");
  await page.locator("#password").fill("wrong again");
  await clerk.submits();
  await expect(page.locator("#password")).toHaveValue("");
  await page.locator("#password").fill(clerk.office.password);
  await clerk.submits();
  await complains(page, "もう一度間違えると、電子請求受付システムが30分間ロックされます。");
  await expect(page.locator("#risk")).toBeVisible();
  await expect(page.locator("#password")).toHaveValue(clerk.office.password);
  await clerk.submits();
  await marked(page, "acceptLockRisk", "ロックされるおそれを確かめたうえで、チェックを入れてください。");
  await page.locator("#acceptLockRisk").check();
  await expect(page.locator("#acceptLockRisk")).not.toHaveAttribute("aria-invalid");
  await clerk.submits();
  await clerk.at("registration-otp");
});

test("a wrong security code says how often it may still be tried, and then it is over for a while", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { securityCode: "20260002" });
  await clerk.isAt("registration-security-code");
  await expect(page.locator("#securityCode-note")).toHaveText("あと3回入力できます。");
  for (const left of [2, 1]) {
    await page.locator("#securityCode").fill("99999999");
    await clerk.submits();
    await marked(page, "securityCode", `セキュリティコードが違います。あと${left}回入力できます。`);
    await expect(page.locator("#securityCode-note")).toHaveText(`あと${left}回入力できます。`);
    await expect(page.locator("#securityCode")).toHaveValue("");
  }
  await page.locator("#securityCode").fill("99999999");
  await clerk.submits();
  await page.waitForURL(/locked\.html/);
  await expect(page.getByText("入力できる回数を超えました")).toBeVisible();
});

test("a wrong code says how often it may still be tried; after the fifth it is over", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  const right = await clerk.registrationCode();
  const wrong = right === "000000" ? "000001" : "000000";
  for (const left of [4, 3, 2, 1]) {
    await page.locator("#code").fill(wrong);
    await clerk.submits();
    await marked(page, "code", `ワンタイムパスワードが違います。あと${left}回入力できます。照合記号が同じメールの番号か確認してください。`);
    await expect(page.locator("#code-note")).toHaveText(`あと${left}回入力できます。`);
  }
  await page.locator("#code").fill(wrong);
  await clerk.submits();
  await page.waitForURL(/locked\.html/);
  await expect(page.getByText("入力できる回数を超えました")).toBeVisible();
  await page.goto("/registration.html");
  await expect(page.locator("#resume")).toBeHidden();
  await page.goto("/registration-otp.html");
  await page.waitForURL(/locked\.html/);
});

test("without a try left the user is asked to start the same procedure again", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await refuses(page, "POST", "/registration/otp", 429, { code: "no-tries-left", triesLeft: 0 });
  await page.locator("#code").fill("123456");
  await clerk.submits();
  await page.waitForURL(/locked\.html#registration$/);
  await page.getByRole("link", { name: "初回利用登録をやり直す" }).click();
  await clerk.at("registration");
});

test("a wait that ends on another day is shown with the day", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await refuses(page, "POST", "/registration/otp", 429, { code: "too-many-requests", retryAfterSeconds: 86_000 });
  await page.locator("#code").fill("123456");
  await clerk.submits();
  await complains(page, /一時的に受け付けを止めています。[0-9]+年[0-9]+月[0-9]+日 [0-9]{1,2}時[0-9]{2}分以降に、/);
});

test("an address that is taken for the fifth time ends the registration, which says so", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  await refuses(page, "PUT", "/registration/profile", 409, { code: "email-taken" });
  await clerk.submits();
  await page.waitForURL(/expired\.html#registration$/);
});

test("no link makes the portal say what is not so", async ({ page }) => {
  for (const path of ["unavailable.html#0120-000-000", "locked.html#1800000000", "expired.html#0120"]) {
    await page.goto(`/${path}`);
    await expect(page.getByRole("main")).not.toContainText(/0120|以降に/);
  }
});

test("refusals of the code are shown at their fields", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  const sends = async (status: number, problem: { code: string } & Record<string, unknown>) => {
    await refuses(page, "POST", "/registration/otp", status, problem);
    await page.locator("#code").fill("123456");
    await clerk.submits();
  };
  await sends(422, { code: "code-expired" });
  await marked(page, "code", "有効期限が過ぎました。「再送する」を押して、");
  await sends(429, { code: "too-many-requests", retryAfterSeconds: 600 });
  await complains(page, /一時的に受け付けを止めています。.*[0-9]{1,2}時[0-9]{2}分以降に、/);
  await sends(422, { code: "invalid-fields", errors: [{ pointer: "/code", code: "not-six-digits" }] });
  await marked(page, "code", "ワンタイムパスワードは6桁の数字で入力してください。");
  await sends(409, { code: "a-word-of-tomorrow", title: "明日からの決まりです。" });
  await complains(page, "明日からの決まりです。");
  await refuses(page, "POST", "/registration/otp/resend", 429, { code: "no-sends-left" });
  await page.getByRole("button", { name: "再送する" }).click();
  await complains(page, "これ以上は送信できません。");
});

test("a code of five digits says how many there are", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await page.locator("#code").fill("12345");
  await clerk.submits();
  await marked(page, "code", "ワンタイムパスワードは6桁の数字で入力してください。（いま5桁です）");
});

test("an address in the form of old mobile telephones is taken, with the sentence of that form and of no other", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  clerk.me.email = `pub..${clerk.office.officeNumber}.@docomo.ne.jp`;
  await clerk.fillsProfile();
  await clerk.submits();
  await clerk.at("registration-confirm");
  await expect(page.locator("#warnings")).toHaveText(
    "このメールアドレスは、「.」が続いているか、先頭や「@」の直前にあります。以前の携帯電話のアドレスにある形で、メールが届かないことがあります。間違いがないか確かめてください。",
  );
  await expect(page.locator("dl.review .email")).toContainText(clerk.me.email);
});

test("a mail address of another user is reported at its field", async ({ page, request, clerk }) => {
  // An address belongs to the user who first completes a log-in with it.
  await clerk.isAt("my-page");
  const other = await clerkOf(page, request, {});
  await other.isAt("registration-profile");
  await other.fillsProfile();
  await page.locator("#email").fill(clerk.me.email);
  await other.submits();
  await marked(page, "email", "このメールアドレスはすでに使われています。");
});

test("a mail address that another user has taken meanwhile leads back to its field", async ({ page, request, browser, clerk }) => {
  const context = await browser.newContext();
  const other = new Clerk(await context.newPage(), request, await newOffice(request));
  other.me.email = clerk.me.email;
  await clerk.isAt("registration-confirm");
  await other.isAt("my-page");
  await clerk.submits();
  await clerk.at("registration-profile");
  await marked(page, "email", "このメールアドレスはすでに使われています。");
  await expect(page.locator("#name")).toHaveValue(clerk.me.name);
  await page.locator("#email").fill(`hanako.${clerk.office.officeNumber}@example.jp`);
  await clerk.submits();
  await clerk.at("registration-confirm");
  await context.close();
});

test("a colleague who registered the office meanwhile: 登録する leads to the manual's sentence", async ({ page, request, browser, clerk }) => {
  const context = await browser.newContext();
  const colleague = new Clerk(await context.newPage(), request, clerk.office);
  colleague.me.email = `hanako.${clerk.office.officeNumber}@example.jp`;
  await clerk.isAt("registration-confirm");
  await colleague.isAt("registration-completed");
  await clerk.submits();
  await clerk.at("registration-already-registered");
  await expect(page.locator("main")).toContainText("同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。");
  await context.close();
});

test("a registered office: who, and a new initial password", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  const first = await clerk.initialPassword();
  await clerk.isAt("registration-already-registered");
  await expect(page.locator("#members li")).toHaveCount(1);
  await expect(page.locator("#members")).toContainText("t***@e***.jp");
  await expect(page.locator("#members")).toContainText("まだ一度もログインしていません");
  await page.getByRole("button", { name: "初期パスワードを再発行する" }).click();
  await clerk.at("registration-completed");
  const mail = await mailTo(clerk.request, clerk.me.email, PASSWORD_SUBJECT, 1);
  expect(mail.text).not.toContain(first);
});

test("a registered office: a mistyped mail address can be corrected", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  await clerk.isAt("registration-already-registered");
  await page.getByRole("link", { name: "登録内容を入力し直す" }).click();
  await clerk.at("registration-profile");
  clerk.me.email = `hanako.${clerk.office.officeNumber}@example.jp`;
  await clerk.fillsProfile();
  await clerk.submits();
  await clerk.at("registration-confirm");
  await clerk.submits();
  await clerk.at("registration-completed");
  expect(await clerk.initialPassword()).not.toBe("");
  expect(await mailsTo(clerk.request, clerk.me.email, PASSWORD_SUBJECT)).toHaveLength(1);
});

test("a registered office that is in use offers no way around those who use it", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await clerk.isAt("registration-already-registered");
  await expect(page.locator("#members")).toContainText("ログインしたことがあります");
  await expect(page.locator("#may-reissue")).toBeHidden();
  await expect(page.locator("#may-correct")).toBeHidden();
});

test("a wrong ID or password of ログイン: one sentence, the ID stays, the password goes", async ({ page }) => {
  await page.goto("/login.html");
  await page.locator("#email").fill("unknown@example.jp");
  await page.locator("#password").fill("wrong wrong wrong");
  await page.getByRole("button", { name: "ログインする" }).click();
  await complains(page, "ID（メールアドレス）またはパスワードが正しくありません。");
  await expect(page.locator("#email")).toHaveValue("unknown@example.jp");
  await expect(page.locator("#password")).toHaveValue("");
  await page.locator("#password").fill("Shoki-pass-0001");
  await refuses(page, "POST", "/login", 410, { code: "initial-password-expired" });
  await page.getByRole("button", { name: "ログインする" }).click();
  await complains(page, "初期パスワードの有効期限が過ぎました。「初回利用登録をする」からもう一度進むと、再発行できます。");
});

test("refusals of the terms are shown at their fields", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await page.locator("#newPassword").fill("みどりの風と あおい海 2026");
  await page.locator("#again").fill("みどりの風と あおい海 2026");
  await clerk.readsTerms();
  await page.locator("#agree").check();
  await refuses(page, "POST", "/login/password", 422, { code: "terms-not-agreed" });
  await clerk.submits();
  await marked(page, "agree", "利用規約に同意するには、チェックを入れてください。");
  await refuses(page, "POST", "/login/password", 409, { code: "terms-outdated" });
  await clerk.submits();
  await expect(page.locator("#status")).toHaveText("利用規約が新しくなりました。もう一度ご確認ください。");
  await expect(page.locator("#newPassword")).toHaveValue("");
});
