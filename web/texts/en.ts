import type { Texts } from "./index.ts";

/**
 * Plain English.
 *
 * What the person meets in Japanese elsewhere (in mails, in 電子請求受付システム, on the inquiry form) has its Japanese
 * name in brackets, and subjects of mails stay as they are in the mailbox. Numbers stand behind a colon, so that every
 * number fits.
 */
export const en: Texts = {
  site: {
    name: "Long-term Care Information Portal (介護情報基盤ポータル)",
    skip: "Skip to main content",
    languages: "Languages",
    menu: "Menu",
    notices: "Notices",
    applications: "Applications",
    faq: "Frequently asked questions",
    materials: "Documents",
    inquiry: "Contact us",
    login: "Log in",
    logout: "Log out",
    signedIn: "Logged-in user",
    stepsTitle: "Steps of the procedure",
    stepsDone: "done",
    stepOf: "Step {at} of 4",
    steps: ["First-time registration", "User registration", "Log in", "My page"],
    required: "(required)",
    optional: "(optional)",
    help: "If you need help",
    helpText: "See the [frequently asked questions](faq), or [contact us](inquiry).",
    footer:
      "This site is an independent product. It implements the procedure of the published “First-time registration manual (long-term care offices and medical institutions)” (初回利用登録マニュアル（介護事業所・医療機関）). It is not a product of the portal's operator, the All-Japan Federation of National Health Insurance Organizations (公益社団法人国民健康保険中央会).",
    translation: "Reference translation. The Japanese text is the authoritative one.",
    noScript:
      "The program (JavaScript) of this page is not running. If this notice does not go away within a few seconds, turn on JavaScript in your browser. Old browsers and Internet Explorer mode cannot run it; security software or a filter in your network may have stopped it. If you cannot change this, try another browser or computer, or [contact us](inquiry).",
    loading: "Loading",
    sending: "Sending",
    errorTitle: "(Error) ",
    summary: "Check what you entered",
    problem: "The procedure could not continue",
    showPassword: "Show password",
    hidePassword: "Hide password",
    passwordShown: "The password is shown.",
    passwordHidden: "The password is hidden.",
    capsLock: "Caps Lock is on.",
    fullWidth:
      "There are full-width (全角) characters. If you registered it in half-width (半角) characters, enter it again.",
    print: "Print this page",
    clock: "{hour}:{minute}",
    dateAndClock: "{year}-{month}-{day} {hour}:{minute} (Japan time)",
    cancel: "Cancel the procedure",
    retry: "Load again",
  },

  top: {
    title: "Home",
    lead: "Register here to be able to apply for subsidies and similar support, and log in.",
    login: "Log in",
    myPage: "Go to My page",
    firstTitle: "If this is your first time",
    first: [
      "You need first-time registration (初回利用登録) to apply for subsidies and similar support.",
      "Each office registers only once, when it logs in to the portal for the first time. If your office can already log in to the portal, you do not need this procedure.",
    ],
    prepare: "[What to have ready before you start](prepare)",
    noticesTitle: "Notices",
    noNotices: "There are no notices at present.",
    mattersTitle: "Procedures and information",
    applications: "To apply for subsidies and similar support, log in first, then go to “Applications”.",
    faq: "Answers for when you have difficulty registering or logging in.",
    materials: "The first-time registration manual and other documents.",
    inquiry: "We answer your questions and requests for advice.",
  },

  prepare: {
    title: "Before you start",
    lead: "Have the following ready before you start. The procedure takes about 10 minutes.",
    needTitle: "What you need",
    need: [
      "Your user ID (ユーザID) of the claims system (電子請求受付システム). It begins with KJ.",
      "Your log-in password (ログインパスワード) of the claims system. The temporary password (仮パスワード) in the posted letter 「電子請求登録結果に関するお知らせ」 does not work here. First change it to a password of your own in the claims system, then enter that one here.",
      "Your security code (セキュリティコード), only if you have set one in the claims system. If you have not, you will not be asked for it.",
      "Access to the mail of the address that is registered in the claims system",
      "An email address that you use regularly, to be your ID, and access to its mail",
      "The name, the name in katakana (フリガナ) and the phone number of the person to register",
    ],
    flowTitle: "Steps of the procedure",
    flow: [
      "**First-time registration (初回利用登録)**: enter the user ID and the log-in password of the claims system, then the one-time password (ワンタイムパスワード) that we email to you.",
      "**User registration (新規ユーザ登録)**: enter your name and other details. We email you an initial password (初期パスワード).",
      "**Log in (ログイン)**: log in with the initial password and a one-time password that we email to you. Choose a new password and agree to the terms of use (利用規約).",
      "**My page (マイページ)**: the procedure is complete.",
    ],
    timesTitle: "Time limits",
    times: [
      "Enter the one-time password within 10 minutes of receiving it.",
      "Complete first-time registration within 30 minutes of starting. After that, you can start again from the beginning.",
      "The initial password works for 72 hours (3 days).",
      "Complete the log-in within 15 minutes of starting. After that, you can start again from the log-in page.",
    ],
    notTitle: "Who does not need this procedure",
    not: [
      "If someone at your office is already registered: that person adds new users from My page.",
      "If you work for a municipality (insurer) (市町村（保険者）): for how to log in, see the notice from the federation (国保中央会).",
      "If you work for a medical institution that cannot obtain a user ID of the claims system beginning with KJ: apply for user registration through the [inquiry form](inquiry).",
    ],
    start: "Go to the log-in page",
  },

  login: {
    title: "Log in",
    email: "ID (email address)",
    emailHint: "Enter the email address that you registered.",
    password: "Password",
    passwordHint: "The first time you log in, enter the initial password (初期パスワード). It was emailed to the address that you registered at user registration.",
    submit: "Log in",
    lost: "If you do not know your password",
    lostText:
      "If you keep entering a wrong password, you have to wait longer before you can enter it again. If you cannot find the email with the initial password, select “Start first-time registration” again: there you can choose to have a new one issued, as long as nobody at your office has logged in yet. If you have forgotten a password that you chose yourself, [reset it](password-reset).",
    firstTitle: "If you are using the portal for the first time",
    first: "If someone at your office is already registered, you do not need this procedure.",
    register: "Start first-time registration",
    prepare: "[What to have ready before you start](prepare)",
    resumeRegistration:
      "You have started first-time registration (valid until {at}). [Continue](resume-registration)",
    resumeReset: "You have started to reset your password (valid until {at}). [Continue](resume-password-reset)",
    resumeLogin: "You have started to log in (valid until {at}). [Continue](resume-login)",
    municipalityTitle: "If you work for a municipality (insurer) (市町村（保険者）)",
    municipality: [
      "Enter the ID and the password that the federation (国保中央会) has given you in the ID and password fields on this page.",
      "The log-in ID and the password are sent to each municipality by email. Please wait until the email arrives.",
    ],
    medicalTitle: "If you work for a medical institution that cannot obtain a user ID beginning with KJ",
    medical:
      "If your medical institution does not make long-term care insurance claims and cannot obtain a user ID of the claims system beginning with KJ (KJから始まる電子請求受付システム ユーザID), apply for user registration through the portal's [inquiry form](inquiry). As inquiry type, large category (お問い合わせ区分（大カテゴリー）), select “Other” (その他). As inquiry type, middle category (お問い合わせ区分（中カテゴリー）), select “Application for a portal ID” (介護情報基盤ポータルのID発行申請).",
  },

  claims: {
    title: "Log in to the claims system",
    lead: "Enter your user ID (ユーザID) and log-in password (ログインパスワード) of the claims system (電子請求受付システム).",
    about:
      "The claims system receives claims for long-term care benefits and similar payments online. For details, see the [claims system support site (電子請求受付システム総合窓口)](claims-desk).",
    userId: "User ID (ユーザID)",
    userIdHint:
      "Half-width letters and digits, beginning with “KJ”. Full-width characters are changed to half-width for you.",
    password: "Log-in password (ログインパスワード)",
    passwordHint:
      "Do not enter the temporary password (仮パスワード) in the letter 「電子請求登録結果に関するお知らせ」 from your prefectural federation (国保連合会): if you do, you get an error. First change it to a password of your own in the claims system, then enter that one here. For how to change it, see the [claims system support site (電子請求受付システム総合窓口)](claims-desk).",
    submit: "Next",
    riskTitle: "You have entered wrong details repeatedly",
    risk: "If wrong details are entered 3 times in a row, the claims system locks for 30 minutes, and you cannot make claims either. Check your password before you continue.",
    acceptRisk: "I understand that the claims system may be locked",
    lostTitle: "If you do not know your user ID or password",
    lost: [
      "If you have registered an email address for security in the claims system, you can reset the password on the [claims system support site (電子請求受付システム総合窓口)](claims-desk).",
      "If you have not, apply to your prefectural federation (国保連合会) to have it reissued.",
    ],
  },

  securityCode: {
    title: "Enter the security code",
    lead: "Enter the security code (セキュリティコード) that you set in the claims system (電子請求受付システム).",
    code: "Security code",
    hint: "It is needed only if you have set a security code in the claims system beforehand. It is not a number that we email to you.",
    tries: "Tries left: {tries}",
    submit: "Next",
    show: "Show security code",
    hide: "Hide security code",
  },

  otp: {
    title: "Enter the one-time password",
    registrationLead:
      "A one-time password (ワンタイムパスワード) is sent to the email address that is registered in the claims system (電子請求受付システム).",
    loginLead:
      "A one-time password (ワンタイムパスワード) is sent to the email address that is registered in this portal.",
    resetLead: "If the email address that you entered is registered with the portal, a one-time password is sent to it.",
    resetDelivery: "So that nobody else learns who is registered, this page does not show whether the email has arrived.",
    subjectOf: "The subject of the email is 「{subject}」.",
    then: "Enter the one-time password from the email.",
    mailTitle: "The email we sent",
    sentTo: "Sent to",
    label: "Matching mark (照合記号)",
    labelHint: "Check that the email shows the same mark.",
    until: "Valid until (有効期限)",
    delivery: "Status of the email",
    code: "One-time password",
    codeHint: "6 digits. You can paste them as they are, even with spaces or full-width digits.",
    tries: "Tries left: {tries}",
    submit: "Next",
    missingTitle: "If the email does not arrive",
    missing: [
      "It can take 1 or 2 minutes to arrive.",
      "Check whether it is in your spam folder.",
      "If your office shares the email address, check whether somebody else has opened the email.",
    ],
    missingRegistration:
      "If the email address is out of date, change it in the [claims system](claims-desk), then start again from the beginning.",
    missingReset: [
      "Check that the email address that you entered is the one that you registered. If it is not, cancel and start again.",
      "If you have never logged in, you are sent instructions for logging in with the initial password instead of a one-time password.",
    ],
    resend: "Send again (再送する)",
    sendsLeft: "Times you can still send it again: {sends}",
    noSends:
      "It cannot be sent again. Check the emails that have arrived, or start again from the beginning.",
    shared: "The one-time password works only in this browser, where you started the procedure.",
    twoMinutes: "The one-time password is valid for 2 more minutes.",
    halfMinute: "The one-time password is valid for 30 more seconds.",
    over: "The one-time password is no longer valid. Select “Send again (再送する)” and enter the number from the new email.",
  },

  profile: {
    title: "Enter user details",
    lead: "Enter the details of the new user.",
    officeNumber: "Office number (事業所番号)",
    officeName: "Office name (事業所名)",
    officeWrong: "[If this is not your office](inquiry)",
    email: "ID (email address)",
    emailHint:
      "Enter the email address that you want to use as your ID. We will send important information to it, so choose an address that you use regularly.",
    name: "Full name",
    nameHint: "Example: “介護 太郎”",
    nameKana: "Full name in katakana (フリガナ)",
    nameKanaHint: "Example: “カイゴ タロウ” (if you enter hiragana, it is changed to katakana for you)",
    department: "Department",
    jobTitle: "Job title",
    phone: "Phone number",
    phoneHint: "Enter half-width digits without hyphens. If there are hyphens, they are removed for you.",
    more: "Up to 5 users can be registered from My page after first-time registration.",
    check: "Check that the details are correct.",
    submit: "Review the details",
    restored: "What you entered before is shown.",
    voided: "{email} now belongs to a user of another office. Register with another email address.",
  },

  confirm: {
    title: "Check your details",
    lead: "Check the details of the user registration.",
    mail: "We will send the initial password to this email address. Check that it is correct.",
    change: "Change",
    changeOf: "Change: {label}",
    none: "(not entered)",
    submit: "Register",
    back: "Go back and edit",
    typo: "Check the email address. Did you mean: {suggestion}",
    take: "Change to this email address",
    doubtful:
      "This email address has two dots in a row, or a dot at the beginning or right before the “@”. Addresses of mobile phones once had this form; mail may not reach them. Check that it is right.",
  },

  completed: {
    title: "User registration complete",
    done: "Registration is complete",
    lead: "An email is sent from “no-reply@mail.kaigo-kiban-portal.jp” to the email address that you registered. It contains the initial password (初期パスワード) that you need to log in for the first time.",
    spam: "If you cannot find the email, check whether it is in your spam folder.",
    nextTitle: "What to do next",
    next: [
      "Open the email with the subject 「【介護情報基盤ポータル】初期パスワードのお知らせ」.",
      "Select “Go to the log-in page”.",
      "Enter your ID (email address) and the initial password from the email, and log in.",
    ],
    until: "Initial password valid until (有効期限)",
    resend: "Send the initial password again",
    reissue: "Issue a new initial password",
    reissueHint: "When a new initial password is issued, the previous one stops working.",
    expired: "The initial password is no longer valid. Select “Issue a new initial password”.",
    submit: "Go to the log-in page",
    profile: "Registered details",
    wrongAddress: "If the email address is wrong, start again from [the claims system log-in](registration): you can correct the registration there, as long as nobody at your office has logged in yet.",
    reissued: "A new initial password has been sent. The old one no longer works.",
  },

  alreadyRegistered: {
    title: "This office is already registered",
    message:
      "Registration for the same organisation is already complete. A registered user has to create the new user. (同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。)",
    check:
      "Check whether someone at your office is already registered as a user. To add a new user to the same organisation, use My page of an account that is already registered.",
    members: "Registered users",
    registered: "registered {at}",
    pending: "has not logged in yet",
    active: "has logged in before",
    meTitle: "If you are the registered user",
    me: "Log in on the [log-in page](login).",
    reissueTitle: "If you cannot find the email with the initial password",
    reissueText:
      "We will send a new initial password to the registered email address. The previous one will stop working.",
    reissue: "Issue a new initial password",
    correctTitle: "If a wrong email address or other wrong details were registered",
    correctText:
      "Nobody has logged in yet, so you can enter the details again. The previous registration will be cancelled.",
    correct: "Enter the details again",
    unknownTitle: "If you do not know who registered, or that person has left",
    unknown: "[Contact us](inquiry).",
  },

  newPassword: {
    title: "Enter a new password",
    agreeOnlyTitle: "Agree to the portal's terms of use",
    lead: "Enter a new password.",
    agreeOnlyLead: "The terms of use (利用規約) have changed. Please read them.",
    newPassword: "New password",
    newPasswordHint:
      "15 to 128 characters. Longer is safer. You may use spaces, symbols and Japanese characters.",
    again: "New password (confirmation)",
    againHint: "Enter the new password once more.",
    termsTitle: "Agree to the portal's terms of use",
    termsLead:
      "Read the portal's terms of use (介護情報基盤ポータル利用規約). Then tick “I agree to the terms of use”.",
    termsBox: "Text of the terms of use",
    termsVersion: "Version {version}",
    termsEnd: "This is the end of the terms of use.",
    termsOpen: "Open the full text in another tab (you can print it)",
    agree: "I agree to the terms of use",
    agreeHint: "You can tick “I agree to the terms of use” after you have read the terms of use.",
    agreeEarly: "Read the terms of use to the end: move to the last line in the frame. Then you can tick the box.",
    agreeOpen: "You have reached the end of the terms of use. You can tick the box now.",
    submit: "Change password",
    agreeOnlySubmit: "Agree and continue",
    leads: "Enter a new password and tick “I agree to the terms of use”, then select “Change password”. You go to My page.",
    account: "ID (email address)",
  },

  passwordReset: {
    title: "Forgot your password? (パスワードを忘れた方)",
    lead: "Enter your ID (email address). We will send you a one-time password by email, with which you can reset your password.",
    submit: "Next",
    neverTitle: "If you have never logged in",
    never:
      "For the first log-in, use the initial password that was sent to you by email. If you cannot find it, select “Start first-time registration” on the log-in page again: there you can have a new one issued.",
    newLead: "Enter a new password. When you select “Reset password”, every device that is logged in is logged out.",
    set: "Reset password",
    doneTitle: "Password reset complete",
    done: "Your password has been reset",
    doneText: "Log in with the new password.",
    told: "We have sent a notice of the reset to your registered email address.",
  },

  terms: {
    title: "Terms of use",
    lead: "You can print these and keep them at your office.",
  },

  myPage: {
    title: "My page",
    done: "First-time registration, user registration and log-in are complete.",
    changed: "Your password has been changed.",
    name: "Full name",
    office: "Office name",
    noticesTitle: "Notices",
    noNotices: "There are no notices at present.",
    applicationsTitle: "Applications",
    applications: "To apply for subsidies and similar support, go to “[Applications](applications)”.",
    usersTitle: "Users",
    users: "Registered users: {count} (maximum: {limit}). You can still register: {left}.",
    usersFull: "The maximum number of users ({limit}) is registered.",
    newUserText:
      "To add a new user, go to “New user (ユーザ新規登録)”. Managers (管理者) can do this.",
    profileTitle: "Registered details",
    lastLogin: "Last log-in",
    noLastLogin: "This is your first log-in.",
    lastLoginHint: "If you do not recognise this date and time, [contact us](inquiry).",
    role: "Role",
    roles: { manager: "Manager (管理者)", member: "User (利用者)" },
    told: {
      profile: "Your details have been changed.",
      password: "Your password has been changed. All other browsers have been logged out.",
    },
    accountTitle: "Security settings",
    password: "[Change the password](my-password)",
    sessions: "[Browsers that are logged in](sessions) (check them, and log other browsers out)",
    sessionUntil: "For your security, you will be logged out at {at} if you do nothing.",
    endTitle: "You will be logged out soon",
    end: "Minutes until you are logged out: {minutes}. To continue, select “Stay logged in”.",
    stay: "Stay logged in",
    leave: "Log out",
    stayed: "You are still logged in.",
  },

  mine: {
    profileTitle: "Change your details",
    save: "Save the change",
    back: "Back to My page",
    passwordTitle: "Change your password",
    passwordLead: "All other browsers will be logged out.",
    currentPassword: "Current password",
  },

  members: {
    title: "Users of your office",
    lead: "These users are registered for {office}.",
    left: "Your office can still register {left} (at most {limit}).",
    full: "The maximum number of users ({limit}) is registered. When you remove somebody who no longer uses the portal, you can register somebody new.",
    newUser: "New user (ユーザ新規登録)",
    managersOnly: "Managers (管理者) can register, change and remove users.",
    you: "(you)",
    role: "Role",
    status: "Status",
    registered: "Registered",
    mail: "Email with the initial password",
    until: "The initial password works until",
    statuses: { active: "In use", pending: "Has never logged in", disabled: "Stopped" },
    expired: "It has expired",
    mailHelp: {
      sent: "If it does not arrive, ask the person to look in the spam folder. If it is not there, send a new one under “Change or remove”.",
      expired: "Send a new initial password under “Change or remove”.",
      bounced: "Check whether the email address is right. If it is not, remove the person under “Change or remove” and register them again with the right address.",
      failed: "Send a new initial password under “Change or remove”.",
    },
    change: "Change or remove",
    act: {
      reissue: "Send a new initial password",
      manager: "Make a manager",
      member: "Make a plain user",
      disable: "Stop",
      enable: "Allow again",
      remove: "Remove",
    },
    choice: "What you can do",
    sureTitle: "Please confirm",
    sure: {
      reissue: "{name} gets a new initial password by email. The old one no longer works.",
      manager: "{name} becomes a manager (管理者). Managers can register, change and remove users.",
      member: "{name} becomes a plain user, and can no longer register, change or remove users.",
      disable: "{name} is logged out at once, and cannot log in until you allow it again. The place stays taken.",
      enable: "{name} can log in again.",
      remove: "{name} is logged out at once, and cannot log in any more. One more user can be registered, and the email address is free.",
    },
    go: "Yes, do it",
    stop: "Go back",
    done: {
      reissue: "A new initial password was sent.",
      manager: "The user is a manager now.",
      member: "The user is a plain user now.",
      disable: "The user can no longer log in.",
      enable: "The user can log in again.",
      remove: "The user was removed.",
      added: "The user is registered. The initial password was sent to the email address.",
    },
    gone: "This user is no longer registered.",
    logged: "This user has already logged in, so no initial password can be sent.",
    forgotten: "Users who have forgotten their password, or cannot log in after too many wrong ones, can set a new one themselves: “Forgot your password?” on the log-in screen.",
    emailHint: "Enter the email address that the person uses. Each person needs an address of their own. An email address that another office already uses cannot be registered.",
  },

  proof: {
    title: "Confirm that it is you",
    lead: "For your safety, enter your present password again. For 10 minutes you can then go on without it.",
    submit: "Confirm and go on",
  },

  sessions: {
    title: "Browsers that are logged in",
    lead: "These browsers are logged in with your ID.",
    current: "The browser you are using now",
    created: "Logged in",
    seen: "Last used",
    unknown: "A browser of an unknown kind",
    end: "Log this browser out",
    endOthers: "Log all other browsers out",
    ended: "Logged out. Nothing can be done in that browser until somebody logs in there again.",
    unknownHelp: "If you do not recognise one of them, log it out at once and [contact us](inquiry).",
  },

  loggedOut: {
    title: "Logged out",
    done: "You have logged out",
    text: "If you are using a shared computer, close the browser.",
    ended: "For your security, you were logged out because nothing was done for some time. Please log in again.",
    login: "Go to the log-in page",
    top: "Go to the home page",
  },

  expired: {
    title: "This procedure has ended",
    done: "For your security, we have stopped accepting entries.",
    registration:
      "Start again from the first page. (What you entered, such as your name and phone number, is kept while this page is open.) When you start again, you will see whether the registration was completed.",
    login: "Start again from the log-in page.",
    passwordReset: "Start again from “Forgot your password?” on the log-in page.",
    restart: "Start first-time registration again",
    loginButton: "Go to the log-in page",
    completed: "Your registration is complete. Log in with the initial password from the email.",
  },

  locked: {
    title: "Too many tries",
    done: "There were too many tries",
    textSoon: "Start again from the beginning.",
    why: "After several wrong tries in a row the procedure is ended, so that nobody else can misuse it.",
  },

  cookies: {
    title: "Cookie settings",
    done: "Cookies are blocked",
    text: "This browser blocks cookies, so the procedure cannot continue. Cookies connect one page of the procedure with the next. Allow cookies as follows, then start again from the beginning.",
    howTitle: "How to allow cookies",
    how: [
      "Microsoft Edge, Google Chrome: press the icon to the left of the address and, under “Cookies and site data”, allow the cookies of this site.",
      "Safari: in the settings (on iPhone and iPad: Safari in the Settings app), turn off “Block All Cookies”.",
      "Firefox: in the settings under “Privacy & Security”, stop blocking all cookies, or add this site to the exceptions.",
    ],
    admin: "If you cannot change the settings, ask the person in charge of your computer or network to allow the cookies of {host}.",
  },

  unavailable: {
    title: "Not available at the moment",
    done: "Your request could not be processed",
    textPlain: "Wait a while, then try again.",
    top: "Go to the home page",
  },

  maintenance: {
    title: "Maintenance",
    done: "Maintenance is in progress",
    text: "We are sorry for the inconvenience. The service will resume as soon as the work is finished. If you were in the middle of a procedure, start it again from the beginning then.",
  },

  notFound: {
    title: "Page not found",
    done: "We cannot find this page",
    text: "The address may have changed, or you may have used an old bookmark. Continue from the home page.",
    top: "Go to the home page",
  },

  notices: { title: "Notices", none: "There are no notices at present." },
  applications: {
    title: "Applications",
    text: "To apply for subsidies and similar support, log in first. The application pages are not part of this product.",
    first:
      "You need first-time registration (初回利用登録) to apply for subsidies and similar support. If your office is not registered yet, complete first-time registration first.",
  },
  materials: {
    title: "Documents",
    manual:
      "First-time registration manual (long-term care offices and medical institutions), version 1.00, in Japanese: 「初回利用登録マニュアル（介護事業所・医療機関）」 (17 October 2025, 公益社団法人国民健康保険中央会)",
    manualText:
      "It explains each page of the procedure. You can find it on the [portal (介護情報基盤ポータル)](portal) under “Documents” (各種資料).",
    prepare: "[What to have ready before you start (for printing)](prepare)",
    terms: "[Terms of use of the portal (介護情報基盤ポータル利用規約)](terms)",
  },
  inquiry: {
    title: "Contact us",
    lead: "We answer your questions and requests for advice through the inquiry page below.",
    link: "[Open the inquiry page](inquiry-form)",
    kindTitle: "How to choose the inquiry type (お問い合わせ区分)",
    medical:
      "If your medical institution cannot obtain a user ID of the claims system beginning with KJ (KJから始まる電子請求受付システム ユーザID) and you apply for user registration",
    big: "Inquiry type, large category (お問い合わせ区分（大カテゴリー）)",
    bigValue: "Other (その他)",
    middle: "Inquiry type, middle category (お問い合わせ区分（中カテゴリー）)",
    middleValue: "Application for a portal ID (介護情報基盤ポータルのID発行申請)",
    secret: "Do not write any password or one-time password.",
    claims:
      "For questions about the ID or password of the claims system (電子請求受付システム), ask at the [claims system support site (電子請求受付システム総合窓口)](claims-desk).",
  },
  faq: {
    title: "Frequently asked questions",
    items: [
      {
        q: "I see “Registration for the same organisation is already complete. A registered user has to create the new user.” (同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。)",
        a: "Check whether someone at your office is already registered as a user. To add a new user to the same organisation, use My page of an account that is already registered. If the registered person has never logged in, you can have a new initial password issued or enter the details again on that page.",
      },
      {
        q: "I am told that the user ID or the log-in password is wrong.",
        a: "Enter the user ID (ユーザID) of the claims system (電子請求受付システム), which begins with “KJ”, and its log-in password (ログインパスワード), not the ID of this portal. The temporary password (仮パスワード) that you received by post does not work here. Change the password in the claims system first, then enter the new one.",
      },
      {
        q: "The email with the one-time password does not arrive.",
        a: "Check your spam folder. The first email goes to the address that is registered in the claims system (電子請求受付システム), with the subject 「ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）」. If it does not arrive, select “Send again (再送する)” on the page.",
      },
      {
        q: "The email with the initial password does not arrive.",
        a: "It comes from “no-reply@mail.kaigo-kiban-portal.jp” to the address that you registered. Check your spam folder. If it does not arrive, select “Send the initial password again” on the page “User registration complete”, or select “Start first-time registration” again and choose to have a new one issued.",
      },
      {
        q: "I cannot log in with the initial password.",
        a: "The safest way is to copy it from the email and paste it. The initial password (初期パスワード) is valid for 72 hours. After that, select “Start first-time registration” again and choose to have a new one issued.",
      },
      {
        q: "I work for a municipality (insurer) (市町村（保険者）). How do I log in?",
        a: "See the notice from the federation (国保中央会). It tells each municipality its log-in ID and password by email. Enter that ID and password on the log-in page.",
      },
    ],
  },

  delivery: {
    queued: "Preparing to send",
    sent: "Sent",
    delivered: "Arrived",
    bounced: "Did not arrive",
    failed: "Could not be sent",
  },
  deliveryHelp: {
    bounced:
      "The email did not reach this address. Check that the address is correct and that the mailbox is not full.",
    failed: "The email could not be sent. Wait a moment, then send it again.",
  },

  say: {
    network: "The connection failed. What you entered is still here. Wait a while, then try again.",
    between:
      "What you entered is still here. Something between this browser and the portal (a proxy, a filter, security software) stopped the connection (response {status}). If waiting does not help, tell the person in charge of your network that {request} is answered with {status}.",
    broken: "The program of this page has failed. Load the page again, or try a newer browser. If this goes on, contact us.",
    number: " (Inquiry number: {id})",
    resent: "The one-time password has been sent. ({at})",
    passwordResent: "The initial password has been sent. ({at})",
    reissued: "A new initial password has been sent. The previous one no longer works. ({at})",
    replaced: "“{label}” was changed to “{value}”.",
    until: "This procedure is valid until {at}.",
    elsewhere: "The procedure has already moved on. This is the current page.",
    cancelled: "The procedure has been cancelled.",
    askCancel: "Cancel the procedure? What you entered will be deleted.",
    flowEnds: "This procedure ends in 2 minutes.",
  },

  problems: {
    "unreadable-request": "What was sent could not be read. Reload the page and try again.",
    "idempotency-key-missing": "It has to be sent again. Reload the page and try again.",
    "no-flow": "The procedure was not found or has run out of time. Start again from the beginning.",
    "no-session": "You are not logged in, or your log-in has run out of time. Please log in again.",
    "wrong-credentials":
      "The ID (email address) or the password is wrong. The safest way to enter the initial password is to copy it from the email and paste it. If you have been wrong several times, wait a moment before you try again.",
    "foreign-origin": "This cannot be done from this page. Open the home page again.",
    "not-allowed": "You do not have permission to do this. Ask the manager (管理者) of your office.",
    "fresh-proof-required": "To do this, you need to enter your password again.",
    "not-found": "We cannot find this page. Continue from the home page.",
    "too-large": "What was sent is too large. Make it shorter and try again.",
    "unsupported-media-type": "What was sent is not in the right format. Reload the page and try again.",
    "wrong-step": "This procedure has already gone on to another page.",
    "other-flow":
      "Another procedure has been started in another tab. Nothing on this page was sent. “Load again” leads on to the current procedure.",
    "other-session":
      "Somebody has logged in again in another tab. Nothing on this page was sent. “Load again” leads on to the page of the person who is logged in now.",
    "claims-lock-risk":
      "You have entered a wrong user ID or log-in password repeatedly. If you are wrong once more, the claims system (電子請求受付システム) locks for 30 minutes.",
    "organisation-already-registered":
      "Registration for the same organisation is already complete. A registered user has to create the new user. (同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。)",
    "email-taken": "This email address is already in use. Enter another address, or log in.",
    "member-limit-reached": "Up to 5 users can be registered.",
    "last-manager": "There has to be at least one manager (管理者).",
    "draft-changed": "The details were changed in another tab. Check them again.",
    "terms-not-shown": "Read the terms of use to the end: move to the last line in the frame. Then you can tick the box.",
    "terms-outdated": "The terms of use have changed. Please read them again.",
    "try-again": "What you sent before is still being processed. Wait a moment, then try again.",
    "initial-password-expired":
      "The initial password (初期パスワード) is no longer valid. Select “Start first-time registration” again: there you can have a new one issued.",
    "claim-void":
      "This email address now belongs to a user of another office. Select “Start first-time registration” and register with another address.",
    "invalid-fields": "There is a mistake in what you entered. Correct it and try again.",
    "claims-rejected":
      "The user ID or the log-in password is wrong. Capital and small letters count as different. Temporary passwords (仮パスワード) and expired passwords do not work. If wrong details are entered 3 times in a row, the claims system locks for 30 minutes.",
    "claims-temporary-password":
      "A temporary password (仮パスワード) does not work here. Change the password in the claims system, then enter the new one here.",
    "claims-password-expired":
      "Your password of the claims system has expired. Change it in the claims system, then enter the new one here.",
    "claims-locked": "The claims system (電子請求受付システム) is locked. Try again after 30 minutes or more.",
    "claims-no-mail-address":
      "No email address is registered in the claims system (電子請求受付システム). Register one there, then try again.",
    "wrong-security-code": "The security code is wrong. Tries left: {tries}",
    "wrong-code":
      "The one-time password is wrong. Check that the number is from the latest email. Tries left: {tries}",
    "code-expired":
      "The one-time password is no longer valid. Select “Send again (再送する)” and enter the number from the new email.",
    "terms-not-agreed": "To agree to the terms of use, tick the box.",
    "wrong-current-password": "The current password is wrong.",
    "idempotency-key-reused": "It has to be sent again. Reload the page and check the details again.",
    "no-tries-left": "There were too many tries. Start again from the beginning.",
    "resend-too-early": "Seconds until it can be sent again: {seconds}",
    "no-sends-left":
      "It cannot be sent again. Check the emails that have arrived, or wait a while and start again from the beginning.",
    "too-many-requests": "There were too many tries, so we have stopped for a time. Try again at {at} or later.",
    "claims-unavailable":
      "The claims system (電子請求受付システム) cannot be reached. The user ID that you entered is still here. Wait a while, then try again.",
    "temporarily-unavailable":
      "Your request could not be processed. Wait a while, then try again. If this continues, contact us and give this inquiry number (お問い合わせ番号): {id}",
  },

  fields: {
    required: "Enter “{label}”.",
    "unknown-field": "What was sent is not in the right format. Reload the page.",
    "too-long": "“{label}” is too long. Make it shorter.",
    "too-short": "The password needs at least 15 characters. Characters now: {n}",
    "not-an-email-address": "This is not in the format of an email address. Enter one like taro@example.jp",
    "not-kana": "Enter the name in katakana.",
    "not-a-phone-number": "Enter a phone number of 10 or 11 digits. Hyphens are removed for you.",
    "not-six-digits": "The one-time password has 6 digits. Digits now: {n}",
    "not-a-claims-user-id":
      "The user ID has half-width letters and digits and begins with “KJ”. It is not the ID (email address) of this portal.",
    "forbidden-character": "“{label}” contains a character that cannot be used.",
    "common-password": "This password is used too often and cannot be used. Choose another one.",
    "contains-context-word":
      "The password contains your name, your email address or the name of the service, so it cannot be used. Choose another one.",
    "same-as-before": "You cannot use your current password or the initial password again. Choose another one.",
    "not-a-choice": "Choose “{label}” again.",
    "not-the-same": "This is not the same as the new password. Enter it again.",
    "not-agreed": "To agree to the terms of use, tick the box.",
    "risk-not-accepted": "Check that you understand the risk of the lock, then tick the box.",
  },
};
