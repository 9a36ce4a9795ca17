/** パスワードの再設定: 完了. */
import { screen } from "../flow.ts";
import { showWhose } from "../whose.ts";

screen("password-reset", ["done"], ({ account }) => showWhose(account));
