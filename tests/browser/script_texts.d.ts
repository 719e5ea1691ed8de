// `texts.js` is made by the server (crates/web/src/view/script_texts.rs).

declare module "*/texts.js" {
  export const texts: {
    close: string;
    copied: string;
    copy: string;
    differ: string;
    generated: string;
    hidePassword: string;
    ruleMet: string;
    rulesMissing: string[];
    saving: string;
    showPassword: string;
    typeAgain: string;
    typeCurrent: string;
    typeOrGenerate: string;
    unreachable: string;
  };
}
