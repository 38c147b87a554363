const COLOURS = {
  tessera: '#2f6fdb',
  'two replicas': '#7fa6ea',
  'oidc-provider': '#d9822b',
  'oauth2-server': '#7a52b3',
  afternoon: '#3d9970',
  floor: '#b4bccb',
};
const PANEL = { width: 380, label: 128, value: 64 };
const BAR = { height: 18, gap: 6 };
const GROUP_GAP = 34;
const HEAD = 74;

/** Requests a second as bars: a column for each number of clients, a group for each scenario. The thin line is the spread. */
export function chart(figures, about) {
  const columns = [...new Set(figures.map(({ clients }) => clients))];
  const scenarios = [...new Set(figures.map(({ scenario }) => scenario))];
  const parts = [];
  let top = HEAD;
  for (const scenario of scenarios) {
    const group = figures.filter((figure) => figure.scenario === scenario);
    const contenders = [...new Set(group.map(({ name }) => name))];
    for (const [column, clients] of columns.entries()) {
      const bars = group.filter((figure) => figure.clients === clients);
      const left = column * PANEL.width;
      parts.push(
        text(left + 16, top, `${scenario}, ${clients} client${clients === 1 ? '' : 's'}`, 'font-weight="600"'),
      );
      parts.push(...panel(bars, { left, top: top + 10 }));
    }
    top += contenders.length * (BAR.height + BAR.gap) + GROUP_GAP;
  }
  const width = columns.length * PANEL.width;
  const head = [
    text(16, 26, 'Requests a second: median of the rounds, and their spread', 'font-weight="600" font-size="16"'),
    text(16, 44, `${about.machine}, ${about.database}`, 'fill="#667"'),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}"
  font-family="system-ui, sans-serif" font-size="12" fill="#223">
<rect width="100%" height="100%" fill="#fff"/>
${[...head, ...parts].join('\n')}
</svg>
`;
}

function panel(bars, { left, top }) {
  const most = Math.max(...bars.map(({ perSecond }) => perSecond.max));
  const start = left + PANEL.label;
  const scale = (PANEL.width - PANEL.label - PANEL.value) / most;
  return bars.flatMap(({ name, perSecond: { median, min, max } }, n) => {
    const y = top + n * (BAR.height + BAR.gap);
    const middle = y + BAR.height / 2;
    return [
      text(start - 6, middle + 4, name, 'text-anchor="end"'),
      `<rect x="${start}" y="${y}" width="${round(median * scale)}" height="${BAR.height}" fill="${COLOURS[name]}"/>`,
      `<path d="M${round(start + min * scale)} ${middle}H${round(start + max * scale)}" stroke="#223"/>`,
      text(round(start + max * scale) + 6, middle + 4, Math.round(median).toLocaleString('en')),
    ];
  });
}

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
}

function round(number) {
  return Math.round(number * 10) / 10;
}
