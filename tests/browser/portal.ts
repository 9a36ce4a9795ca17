import { randomInt, randomUUID } from "node:crypto";

import { type APIRequestContext, type Page, expect } from "@playwright/test";

/** A password that satisfies the portal's rules. */
export const NEW_PASSWORD = "みどりの風と あおい海 2026";

/** Another one, for a reset. */
export const RESET_PASSWORD = "しずかな夜と つめたい川 2027";

/** An office of the claims simulator, made for one test. */
export interface Office {
  readonly userId: string;
  readonly password: string;
  readonly mailAddress: string;
  readonly officeNumber: string;
  readonly officeName: string;
  readonly securityCode?: string;
}

/** The screens in the order of the procedure. */
export type Place =
  | "registration-security-code"
  | "registration-otp"
  | "registration-profile"
  | "registration-confirm"
  | "registration-completed"
  | "registration-already-registered"
  | "login-otp"
  | "new-password"
  | "my-page";

interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly sentAt: string;
}

/** Creates a separate office in the claims simulator. */
export async function newOffice(request: APIRequestContext, more: Record<string, unknown> = {}): Promise<Office> {
  const number = String(randomInt(1_000_000, 9_999_999)) + String(randomInt(100, 999));
  const office = {
    password: "Mihon0001",
    mailAddress: `jigyosho${number}@example.jp`,
    officeNumber: number,
    officeName: "あおぞら介護センター",
    ...more,
  };
  const userId = `KJ${number}99`;
  const answer = await request.put(`/_dev/offices/${userId}`, { data: office });
  expect(answer.ok(), await answer.text()).toBe(true);
  return { userId, ...office };
}

/** The mails to an address whose subject contains a text, newest first. */
export async function mailsTo(request: APIRequestContext, to: string, subject: string): Promise<Mail[]> {
  const mails = (await (await request.get(`/_dev/mails?to=${encodeURIComponent(to)}`)).json()) as Mail[];
  return mails.filter((mail) => mail.subject.includes(subject));
}

/** The newest mail to an address whose subject contains a text, except those already seen. */
export async function mailTo(request: APIRequestContext, to: string, subject: string, seen = 0): Promise<Mail> {
  let found: Mail | undefined;
  await expect(async () => {
    const matching = await mailsTo(request, to, subject);
    expect(matching.length).toBeGreaterThan(seen);
    found = matching[0];
  }).toPass({ timeout: 20_000, intervals: [100, 200, 300, 500] });
  if (found === undefined) throw new Error("no mail");
  return found;
}

/** The value after a name on a separate line of a mail. */
export function told(mail: Mail, name: string): string {
  const line = mail.text.split(/\r?\n/).find((text) => text.startsWith(`${name}：`));
  if (line === undefined) throw new Error(`the mail has no line ${name}`);
  return line.slice(name.length + 1).trim();
}

export const REGISTRATION_SUBJECT = "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）";
export const LOGIN_SUBJECT = "【介護情報基盤ポータル】ワンタイムパスワード発行通知";
export const PASSWORD_SUBJECT = "【介護情報基盤ポータル】初期パスワードのお知らせ";

/** A person with all data that the screens require. */
export function person(office: Office) {
  return {
    email: `taro.${office.officeNumber}@example.jp`,
    name: "介護 太郎",
    nameKana: "カイゴ タロウ",
    department: "総務課",
    jobTitle: "主任",
    phone: "0312345678",
  };
}

/** The person's actions on the screens of the manual; each ends when the next screen is shown. */
export class Clerk {
  readonly me: ReturnType<typeof person>;

  constructor(
    readonly page: Page,
    readonly request: APIRequestContext,
    readonly office: Office,
    readonly folder = "",
  ) {
    this.me = person(office);
  }

  url(name: string): string {
    return `/${this.folder}${name}.html`;
  }

  async at(name: string): Promise<void> {
    await this.page.waitForURL((url) => url.pathname === this.url(name));
    await expect(this.page.locator("#content, main form").first()).toBeVisible();
  }

  async submits(): Promise<void> {
    await this.page.locator("form button[type=submit]").click();
  }

  async provesOffice(): Promise<void> {
    await this.page.goto(this.url("registration"));
    await this.page.locator("#userId").fill(this.office.userId);
    await this.page.locator("#password").fill(this.office.password);
    await this.submits();
    if (this.office.securityCode !== undefined) {
      await this.at("registration-security-code");
      await this.page.locator("#securityCode").fill(this.office.securityCode);
      await this.submits();
    }
    await this.at("registration-otp");
  }

  async registrationCode(seen = 0): Promise<string> {
    return told(await mailTo(this.request, this.office.mailAddress, REGISTRATION_SUBJECT, seen), "ワンタイムパスワード");
  }

  async entersRegistrationCode(): Promise<void> {
    await this.page.locator("#code").fill(await this.registrationCode());
    await this.submits();
  }

  async fillsProfile(): Promise<void> {
    for (const [name, value] of Object.entries(this.me)) await this.page.locator(`#${name}`).fill(value);
  }

  /** From the ID of 電子請求受付システム to ユーザ登録完了. */
  async registers(): Promise<void> {
    await this.provesOffice();
    await this.entersRegistrationCode();
    await this.at("registration-profile");
    await this.fillsProfile();
    await this.submits();
    await this.at("registration-confirm");
    await this.submits();
    await this.at("registration-completed");
  }

  /** The newest one for the clerk's office: several offices may claim one address. */
  async initialPassword(): Promise<string> {
    let ours: Mail | undefined;
    await expect(async () => {
      const mails = await mailsTo(this.request, this.me.email, PASSWORD_SUBJECT);
      ours = mails.find((mail) => told(mail, "事業所").includes(this.office.officeName));
      expect(ours).toBeDefined();
    }).toPass({ timeout: 20_000, intervals: [100, 200, 300, 500] });
    if (ours === undefined) throw new Error("no mail");
    return told(ours, "初期パスワード");
  }

  async startsLogin(password: string): Promise<void> {
    await this.page.goto(this.url("login"));
    await this.page.locator("#email").fill(this.me.email);
    await this.page.locator("#password").fill(password);
    await this.submits();
    await this.at("login-otp");
  }

  async loginCode(seen = 0): Promise<string> {
    return told(await mailTo(this.request, this.me.email, LOGIN_SUBJECT, seen), "ワンタイムパスワード");
  }

  async entersLoginCode(seen = 0): Promise<void> {
    await this.page.locator("#code").fill(await this.loginCode(seen));
    await this.submits();
  }

  /** パスワードを忘れた方, up to the code; answers with the mails about codes that came before. */
  async asksForReset(): Promise<number> {
    const seen = (await mailsTo(this.request, this.me.email, LOGIN_SUBJECT)).length;
    await this.page.goto(this.url("password-reset"));
    await this.page.locator("#email").fill(this.me.email);
    await this.submits();
    await this.at("password-reset-otp");
    return seen;
  }

  /** 新しいパスワード, of a reset. */
  async choosesAnother(password: string): Promise<void> {
    await this.page.locator("#newPassword").fill(password);
    await this.page.locator("#again").fill(password);
    await this.submits();
  }

  async readsTerms(): Promise<void> {
    await expect(this.page.locator("#terms h3").first()).toBeVisible();
    await this.page.locator("#terms").evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await expect(this.page.locator("#agree")).not.toHaveAttribute("aria-disabled");
  }

  async choosesPassword(): Promise<void> {
    await this.page.locator("#newPassword").fill(NEW_PASSWORD);
    await this.page.locator("#again").fill(NEW_PASSWORD);
    await this.readsTerms();
    await this.page.locator("#agree").check();
    await this.submits();
  }

  /** From ログイン with the initial password to マイページ. */
  async logsInFirst(): Promise<void> {
    await this.startsLogin(await this.initialPassword());
    await this.entersLoginCode();
    await this.at("new-password");
    await this.choosesPassword();
    await this.at("my-page");
  }

  /** The requests of a screen, without the screen: for tests of later screens. */
  async sends(method: "post" | "put", path: string, data: object = {}): Promise<Record<string, unknown>> {
    const headers = path.endsWith("/confirm") ? { "Idempotency-Key": randomUUID() } : {};
    const answer = await this.page.request[method](`/api/v1${path}`, { data, headers });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return (await answer.json()) as Record<string, unknown>;
  }

  /** Makes the outstanding calls of the previous screens, and opens a screen. */
  async isAt(name: Place): Promise<void> {
    // A late answer to an earlier page's request would delete the new cookie.
    await this.page.goto("about:blank");
    await this.reaches(name);
    await this.page.goto(this.url(name));
    await this.at(name);
  }

  private async reaches(name: Place): Promise<void> {
    const { office, me } = this;
    switch (name) {
      case "registration-security-code":
        await this.sends("post", "/registration", { userId: office.userId, password: office.password });
        return;
      case "registration-otp":
        await this.reaches("registration-security-code");
        if (office.securityCode !== undefined) {
          await this.sends("post", "/registration/security-code", { securityCode: office.securityCode });
        }
        return;
      case "registration-already-registered":
      case "registration-profile": {
        const seen = (await mailsTo(this.request, office.mailAddress, REGISTRATION_SUBJECT)).length;
        await this.reaches("registration-otp");
        await this.sends("post", "/registration/otp", { code: await this.registrationCode(seen) });
        return;
      }
      case "registration-confirm":
        await this.reaches("registration-profile");
        await this.sends("put", "/registration/profile", me);
        return;
      case "registration-completed": {
        await this.reaches("registration-confirm");
        const { draft } = (await (await this.page.request.get("/api/v1/registration")).json()) as { draft: string };
        await this.sends("post", "/registration/confirm", { draft });
        return;
      }
      case "login-otp":
        await this.reaches("registration-completed");
        await this.sends("post", "/login", { email: me.email, password: await this.initialPassword() });
        return;
      case "new-password":
        await this.reaches("login-otp");
        await this.sends("post", "/login/otp", { code: await this.loginCode() });
        return;
      case "my-page": {
        await this.reaches("new-password");
        const { version } = (await (await this.page.request.get("/api/v1/terms")).json()) as { version: string };
        await this.sends("post", "/login/terms/shown", { version });
        await this.sends("post", "/login/password", { newPassword: NEW_PASSWORD, agreedTerms: { version } });
      }
    }
  }
}
