/** The status page's own style: light and dark, wide and narrow, without anything fetched. */
export const STATUS_STYLE = `:root{color-scheme:light dark;--ink:#1d2129;--soft:#5b6472;--page:#f4f5f7;--card:#fff;--line:#dfe2e7;--link:#0b57d0;
--good:#137333;--bad:#b3261e;--live:#c5221f}
@media(prefers-color-scheme:dark){:root{--ink:#e3e5e8;--soft:#9aa3af;--page:#14171b;--card:#1d2127;--line:#323841;--link:#8ab4f8;
--good:#81c995;--bad:#ff8a80;--live:#ff8a80}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1.2rem 1rem 2rem;
color:var(--ink);background:var(--page)}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1.4rem}h1{font-size:1.5rem;margin:0}
h2{font-size:1.05rem;margin:1.6rem 0 .6rem}h3{font-size:1.05rem;margin:0}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem}a{color:var(--link)}
.note{color:var(--soft);font-size:.87rem}.good{color:var(--good)}.bad{color:var(--bad)}.live{color:var(--live)}
.panel{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem}
.panel ul{margin:0;padding-left:1.2rem}.panel li{overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(15.5rem,1fr));gap:.8rem}
.big{display:flex;gap:1.6rem;margin:.4rem 0 .5rem}.big div{font-size:.82rem;color:var(--soft)}
.big b{display:block;font-size:1.55rem;line-height:1.2;color:var(--ink);font-variant-numeric:tabular-nums}.big .live b{color:var(--live)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:0;font-size:.9rem}dt{color:var(--soft)}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.wide{overflow-x:auto;padding:.2rem .4rem}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.35rem .6rem;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th{font-weight:600;color:var(--soft)}tbody tr{border-top:1px solid var(--line)}th:first-child,td:first-child{text-align:left}
@media(max-width:30rem){th,td{padding:.3rem .4rem}}
td.text{text-align:left;white-space:normal;overflow-wrap:anywhere}`;
