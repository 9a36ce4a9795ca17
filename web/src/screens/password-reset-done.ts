/** パスワードの再設定: 完了. */
import { screen } from "../flow.ts";

screen("password-reset", ["done"], () => undefined);
